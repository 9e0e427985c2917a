"""What happens at `/oauth/`, one function per use case."""
