"""Plan and result as text, JSON and workflow annotations. Pure."""
