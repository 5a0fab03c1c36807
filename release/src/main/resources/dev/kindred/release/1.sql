-- A home's registry. Moments are milliseconds since 1970; JSON is text.

CREATE TABLE collection (
    name TEXT NOT NULL PRIMARY KEY,
    settings TEXT NOT NULL,
    created INTEGER NOT NULL
) WITHOUT ROWID;

-- Of a key only its hash is kept. Roles: {"*": "reader", "photos": "writer"}; limits: ["requests=10/s", …].
CREATE TABLE key (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE,
    roles TEXT NOT NULL,
    limits TEXT NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER,
    revoked INTEGER
) WITHOUT ROWID;

-- How often keys have changed: a server that runs looks here before it reads them anew.
CREATE TABLE key_change (
    times INTEGER NOT NULL
);

INSERT INTO key_change VALUES (0);

CREATE TRIGGER key_is_made AFTER INSERT ON key BEGIN
    UPDATE key_change SET times = times + 1;
END;

CREATE TRIGGER key_is_changed AFTER UPDATE ON key BEGIN
    UPDATE key_change SET times = times + 1;
END;

CREATE TRIGGER key_is_taken_away AFTER DELETE ON key BEGIN
    UPDATE key_change SET times = times + 1;
END;

-- What a key has used of its quotas, by day (of UTC, since 1970).
CREATE TABLE usage (
    key TEXT NOT NULL,
    day INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    inputs INTEGER NOT NULL,
    PRIMARY KEY (key, day)
) WITHOUT ROWID;

-- Who did what, never the content itself. Each row's hash covers the row before, so that one that is taken out or changed shows.
CREATE TABLE audit (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    action TEXT NOT NULL,
    collection TEXT NOT NULL,
    request TEXT NOT NULL,
    detail TEXT NOT NULL,
    hash BLOB NOT NULL
);

CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN
    SELECT RAISE(ABORT, 'the audit log is only added to');
END;

CREATE TRIGGER audit_is_not_taken_from BEFORE DELETE ON audit BEGIN
    SELECT RAISE(ABORT, 'the audit log is only added to');
END;

-- What was answered, for as long as feedback may come.
CREATE TABLE answer (
    request TEXT NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    key TEXT NOT NULL,
    collection TEXT NOT NULL,
    bundle TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- {"scores": {"id": 0.9, …}, "score": 0.9, "threshold": 0.8}
    said TEXT NOT NULL
) WITHOUT ROWID;

CREATE INDEX answer_at ON answer (at);

-- What people said of it. Said again by the same key of the same request and item it replaces what was said: a judgement a judgement, a
-- click a click, a number a number.
CREATE TABLE feedback (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    key TEXT NOT NULL,
    request TEXT NOT NULL,
    collection TEXT NOT NULL,
    bundle TEXT NOT NULL,
    kind TEXT NOT NULL,
    item TEXT,
    outcome TEXT NOT NULL,
    value REAL,
    score REAL,
    threshold REAL,
    attributes TEXT NOT NULL
);

CREATE INDEX feedback_of ON feedback (collection, sequence);

CREATE UNIQUE INDEX feedback_once ON feedback (
    request, key, ifnull(item, ''), CASE WHEN outcome IN ('same', 'different') THEN 'judged' ELSE outcome END
);
