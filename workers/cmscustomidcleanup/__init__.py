"""Sets the custom ids of partner channels' assets in YouTube's CMS, after a channel backfill."""
