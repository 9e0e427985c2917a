"""What is held about a person: handed out to them, and erased.

Owns the registry of who holds personal data, and the services that ask all of them. Knows
nothing of the apps above: each registers its own holders in `AppConfig.ready`.
"""
