"""The main job: definitions become campaigns, each exactly once."""
