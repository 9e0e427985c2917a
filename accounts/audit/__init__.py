"""The audit trail: append-only events with one vocabulary.

Owns `Event` and `Action`. No foreign keys: an event outlives what it speaks of. Knows
no other app; whoever changes something calls `services.record` in its transaction.
"""
