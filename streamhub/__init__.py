"""streamhub: one small server for hybrid summits."""
