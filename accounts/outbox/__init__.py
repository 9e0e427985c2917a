"""Deliveries waiting to go: mail now, webhooks later, and the worker that sends them.

Owns `Delivery`. Whoever wants something sent writes a row in their own transaction
(`services.enqueue`); the worker claims, sends, retries and gives up.
"""
