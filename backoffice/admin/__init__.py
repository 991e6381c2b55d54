"""The managers' administration: one file a topic. Its changes go through the same use cases as every other screen."""

from backoffice.admin import (
    allowances,
    authority,
    books,
    catalogue,
    chats,
    coupons,
    customers,
    desk,
    dunning,
    incoming,
    knowledge,
    measures,
    notice_texts,
    offers,
    people,
    playbooks,
    policies,
    privacy,
    relations,
    remedy_books,
    segments,
    service_levels,
    single_sign_on,
    skills,
    sources,
    strategy,
    stripe,
    tree_changes,
    webhooks,
)

__all__ = [
    "allowances", "authority", "books", "catalogue", "chats", "coupons", "customers", "desk", "dunning", "incoming", "knowledge",
    "measures", "notice_texts", "offers", "people", "playbooks", "policies", "privacy", "relations", "remedy_books", "segments",
    "service_levels", "single_sign_on", "skills", "sources", "strategy", "stripe", "tree_changes", "webhooks",
]  # fmt: skip
