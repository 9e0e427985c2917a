"""The REST door of this app: validate, call a service, serialize."""
