"""What the database refuses of the version a request follows."""

import pgtrigger

ON_RECORD = pgtrigger.Trigger(
    name="version_moves_on_record",
    operation=pgtrigger.UpdateOf("version_id"),
    when=pgtrigger.Before,
    condition=pgtrigger.Q(old__version_id__df=pgtrigger.F("new__version_id")),
    func="""
        IF NOT EXISTS (
            SELECT 1 FROM workflows_requestmigration m WHERE m.request_id = NEW.id
            AND ((m.undone_at IS NULL AND m.before_version_id = OLD.version_id
                  AND m.version_id = NEW.version_id)
              OR (m.undone_at IS NOT NULL AND m.version_id = OLD.version_id
                  AND m.before_version_id = NEW.version_id))
        ) THEN
            RAISE EXCEPTION 'request % follows another version on record alone', OLD.id;
        END IF;
        RETURN NEW;
    """,
)
