"""The API client: tokens, pacing, outcomes."""
