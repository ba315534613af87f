"""The YouTube Content ID API, under one rate limit and one access token for all that is in flight."""
