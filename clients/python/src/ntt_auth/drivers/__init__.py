"""Who sends what the rules of `ntt_auth.verification` ask for, and nothing else.

Owns: the background follower (a thread, or a task), connections, and that a thing is
fetched once however many wait for it. `threads` blocks, `tasks` never does.
"""
