"""A team's policy and the packs of calling-hours law: what plans are held against beyond the rules. Pure."""
