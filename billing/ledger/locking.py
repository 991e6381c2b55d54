"""Whose money is being moved right now: one transaction at a time per payer.

Every use case that issues, settles or credits takes the payer's lock first, before contract, document and number rows;
so two of them never wait for each other crosswise. The lock ends with the transaction.
"""

from collections.abc import Iterable

from django.db import connection, transaction

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('accord payer', payer)) FROM unnest(%s::bigint[]) AS payer"
_TRY = "SELECT pg_try_advisory_xact_lock(hashtextextended('accord payer', %s))"


class NotInTransaction(RuntimeError):
    """A lock was asked for outside a transaction, where it would end at once."""


def lock_payers(customer_ids: Iterable[int]) -> None:
    """Wait until no other transaction moves the money of these payers, and keep others out until this one ends."""
    _in_transaction()
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [sorted(set(customer_ids))])


def is_free(customer_id: int) -> bool:
    """Whether no other transaction holds the payer's lock. It is not kept, or locks would be taken out of their order."""
    _in_transaction()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TRY, [customer_id])
        free = bool(cursor.fetchone()[0])
        transaction.set_rollback(True)
    return free


def _in_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise NotInTransaction("A payer is locked for the length of a transaction; open one first.")
