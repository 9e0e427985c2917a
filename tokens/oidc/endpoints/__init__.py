"""What machines ask at `/oauth/`."""
