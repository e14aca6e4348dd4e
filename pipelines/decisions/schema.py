"""The tables of the store, the same in both engines: two chains, their heads, and the views that users saved.

Of a chain only the text of its entries is data; the columns to look entries up by are generated from it and cannot differ
from what is hashed. The database itself refuses to change or remove an entry, and to add one that does not follow the head.
"""

from collections.abc import Iterator

CHAINS = {
    "decisions": ("finding_id", "state", "user", "at", "batch"),
    "uses": ("user", "action", "target", "at"),
}
"""Chains, and what of their entries has a column of its own."""

INDEXES = {"decisions": "finding_id", "uses": "user"}
"""What the entries of a chain are looked up by."""

_HEADS = """
create table chain_heads (
    chain varchar(20) not null primary key,
    entries bigint not null,
    hash varchar(64) not null
)
"""
_VIEWS = """
create table saved_views (
    "user" varchar(320) not null,
    name varchar(80) not null,
    page varchar(40) not null,
    query varchar(2000) not null,
    saved_at varchar(40) not null,
    primary key ("user", name)
)
"""


def _table(chain: str, extract: str, first: str) -> Iterator[str]:
    generated = ", ".join(
        f'"{name}" text generated always as ({extract.format(name=name)}) stored' for name in CHAINS[chain]
    )
    yield f"""
        create table {chain} (
            sequence bigint not null primary key,
            previous varchar(64) not null,
            hash varchar(64) not null unique,
            content text not null,
            {generated}
        )
    """
    yield f'create index {chain}_by_{INDEXES[chain]} on {chain} ("{INDEXES[chain]}", sequence)'
    yield f"insert into chain_heads (chain, entries, hash) values ('{chain}', 0, '{first}')"


def sqlite(first: str) -> Iterator[str]:
    """The statements that make an empty store in SQLite. `first`: the hash before the first entry."""
    yield from (_HEADS, _VIEWS)
    for chain in CHAINS:
        yield from _table(chain, "json_extract(content, '$.{name}')", first)
        for event in ("update", "delete"):
            yield f"""
                create trigger {chain}_no_{event} before {event} on {chain} begin
                    select raise(abort, 'append-only: {event} of {chain} is refused');
                end
            """
        # Also against INSERT OR REPLACE, which would remove an entry without a trigger on DELETE.
        yield f"""
            create trigger {chain}_follows before insert on {chain}
            when not exists (
                select 1 from chain_heads
                where chain = '{chain}' and entries + 1 = new.sequence and hash = new.previous
            )
            begin
                select raise(abort, 'append-only: an entry of {chain} follows the last one');
            end
        """
        yield f"""
            create trigger {chain}_becomes_head after insert on {chain} begin
                update chain_heads set entries = new.sequence, hash = new.hash where chain = '{chain}';
            end
        """
    ours = " or ".join(
        f"(new.chain = '{chain}' and exists"
        f" (select 1 from {chain} where {chain}.sequence = new.entries and {chain}.hash = new.hash))"
        for chain in CHAINS
    )
    yield f"""
        create trigger chain_heads_go_on before update on chain_heads
        when new.chain <> old.chain or new.entries <> old.entries + 1 or not ({ours})
        begin
            select raise(abort, 'append-only: a head goes on by one entry');
        end
    """
    yield """
        create trigger chain_heads_no_delete before delete on chain_heads begin
            select raise(abort, 'append-only: delete of chain_heads is refused');
        end
    """


def postgresql(first: str) -> Iterator[str]:
    """The statements that make an empty store in PostgreSQL."""
    yield from (_HEADS, _VIEWS)
    yield """
        create function oversight_refuse() returns trigger language plpgsql as $$
        begin
            raise exception 'append-only: % of % is refused', lower(tg_op), tg_table_name;
        end $$
    """
    yield """
        create function oversight_follows() returns trigger language plpgsql as $$
        begin
            if not exists (
                select 1 from chain_heads
                where chain = tg_table_name and entries + 1 = new.sequence and hash = new.previous
            ) then
                raise exception 'append-only: an entry of % follows the last one', tg_table_name;
            end if;
            return new;
        end $$
    """
    yield """
        create function oversight_becomes_head() returns trigger language plpgsql as $$
        begin
            update chain_heads set entries = new.sequence, hash = new.hash where chain = tg_table_name;
            return null;
        end $$
    """
    yield """
        create function oversight_goes_on() returns trigger language plpgsql as $$
        declare
            is_there boolean;
        begin
            execute format('select exists (select 1 from %I where sequence = $1 and hash = $2)', new.chain)
            into is_there using new.entries, new.hash;
            if new.chain <> old.chain or new.entries <> old.entries + 1 or not is_there then
                raise exception 'append-only: a head goes on by one entry';
            end if;
            return new;
        end $$
    """
    for chain in CHAINS:
        yield from _table(chain, "(content::jsonb) ->> '{name}'", first)
        yield f"""
            create trigger {chain}_no_change before update or delete or truncate on {chain}
            for each statement execute function oversight_refuse()
        """
        yield f"""
            create trigger {chain}_follows before insert on {chain}
            for each row execute function oversight_follows()
        """
        yield f"""
            create trigger {chain}_becomes_head after insert on {chain}
            for each row execute function oversight_becomes_head()
        """
    yield """
        create trigger chain_heads_go_on before update on chain_heads
        for each row execute function oversight_goes_on()
    """
    yield """
        create trigger chain_heads_no_delete before delete or truncate on chain_heads
        for each statement execute function oversight_refuse()
    """
