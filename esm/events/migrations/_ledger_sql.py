"""SQL of the ledger that Django's schema editor cannot write: partitions, triggers, storage."""

EVENT_TABLE = """
CREATE SEQUENCE events_event_id_seq AS bigint CACHE 1;
CREATE TABLE events_event (
    id bigint NOT NULL DEFAULT nextval('events_event_id_seq'),
    bucket date NOT NULL CHECK (extract(day FROM bucket) = 1),
    chain varchar(60) NOT NULL,
    seq integer NOT NULL CHECK (seq > 0),
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    type varchar(60) NOT NULL,
    subject varchar(60) NOT NULL DEFAULT '',
    actor varchar(80) NOT NULL,
    on_behalf_of varchar(80) NOT NULL DEFAULT '',
    role varchar(100) NOT NULL DEFAULT '',
    team varchar(100) NOT NULL DEFAULT '',
    department varchar(100) NOT NULL DEFAULT '',
    version bigint,
    data jsonb NOT NULL,
    private_hash bytea CHECK (length(private_hash) = 32),
    prev_hash bytea NOT NULL CHECK (length(prev_hash) = 32),
    hash bytea NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (bucket, id),
    CONSTRAINT event_seq_once UNIQUE (bucket, chain, seq)
) PARTITION BY RANGE (bucket);
ALTER SEQUENCE events_event_id_seq OWNED BY events_event.id;
CREATE INDEX events_event_recorded ON events_event USING brin (recorded_at);
CREATE TABLE events_event_default PARTITION OF events_event DEFAULT;
"""

EVENT_TABLE_REVERSE = "DROP TABLE events_event;"

# Nobody changes a ledger row, the owner included. A test database may be emptied.
TRIGGERS = """
CREATE FUNCTION events_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_database() LIKE 'test\\_%'
       AND coalesce(current_setting('esm.refuse_truncate', true), '') <> 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'The ledger is append-only: % on % is refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION events_refuse_but_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL
       AND NEW.salt IS NULL AND NEW.content IS NULL
       AND NEW.event_id = OLD.event_id AND NEW.bucket = OLD.bucket THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The ledger is append-only: % on % is refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER ledger_rows BEFORE UPDATE OR DELETE ON events_event
    FOR EACH ROW EXECUTE FUNCTION events_refuse_change();
CREATE TRIGGER ledger_rows BEFORE UPDATE OR DELETE ON events_eventprivate
    FOR EACH ROW EXECUTE FUNCTION events_refuse_but_erasure();
CREATE TRIGGER ledger_rows BEFORE UPDATE OR DELETE ON events_chainanchor
    FOR EACH ROW EXECUTE FUNCTION events_refuse_change();
CREATE TRIGGER ledger_truncate BEFORE TRUNCATE ON events_event
    FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change();
CREATE TRIGGER ledger_truncate BEFORE TRUNCATE ON events_event_default
    FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change();
CREATE TRIGGER ledger_truncate BEFORE TRUNCATE ON events_eventprivate
    FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change();
CREATE TRIGGER ledger_truncate BEFORE TRUNCATE ON events_chainanchor
    FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change();
"""

TRIGGERS_REVERSE = """
DROP TRIGGER ledger_truncate ON events_event;
DROP TRIGGER ledger_truncate ON events_event_default;
DROP TRIGGER ledger_truncate ON events_eventprivate;
DROP TRIGGER ledger_truncate ON events_chainanchor;
DROP TRIGGER ledger_rows ON events_event;
DROP TRIGGER ledger_rows ON events_eventprivate;
DROP TRIGGER ledger_rows ON events_chainanchor;
DROP FUNCTION events_refuse_but_erasure();
DROP FUNCTION events_refuse_change() CASCADE;
"""

# A row trigger is cloned to partitions, a TRUNCATE trigger is not: hence a function that makes
# both. It runs as its owner, so that the application can open a month without owning tables.
PARTITIONS = """
CREATE FUNCTION events_ensure_partition(month date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    first date := date_trunc('month', month)::date;
    name text := 'events_event_' || to_char(month, 'YYYY_MM');
BEGIN
    IF to_regclass(name) IS NOT NULL THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('events_ensure_partition'));
    IF to_regclass(name) IS NOT NULL THEN
        RETURN false;
    END IF;
    -- Attaching lets others go on reading and writing; CREATE … PARTITION OF would stop them.
    EXECUTE format('CREATE TABLE %I (LIKE events_event INCLUDING DEFAULTS INCLUDING CONSTRAINTS)',
                   name);
    EXECUTE format('ALTER TABLE events_event ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                   name, first, (first + interval '1 month')::date);
    EXECUTE format('CREATE TRIGGER ledger_truncate BEFORE TRUNCATE ON %I '
                   'FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change()', name);
    RETURN true;
END $$;
"""

PARTITIONS_REVERSE = "DROP FUNCTION events_ensure_partition(date);"

# Rows of queues die quickly: let vacuum follow closely, or dead entries pile up at the head.
STORAGE = """
ALTER TABLE events_delivery SET (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_cost_delay = 0);
ALTER TABLE events_dirty SET (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_cost_delay = 0);
"""
