"""Whether an access token is good now, decided offline, without sending anything.

Owns: the keys and how old they may be, the revocations and how they are followed, the
tokens that were verified already, and the rules for claims. Nothing here does I/O or
looks at a clock by itself: what must be sent is yielded (`steps`), and `ntt_auth.drivers`
sends it, blocking or not. One source for both.
"""
