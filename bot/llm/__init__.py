"""Who words a person's part of the summary. Both writers share one port."""
