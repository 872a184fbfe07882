-- The foundation: node, people, subjects, resources, products, grants, quotas, journal.
-- One dialect for PGlite and PostgreSQL (15 and later). Times are timestamptz, identifiers uuid as made by the node.

CREATE TABLE node (
  key text PRIMARY KEY,
  value text NOT NULL
);

-- Raised in the transaction of every change that a running call must feel; replicas poll it (design: the hot path).
CREATE TABLE revision (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  value bigint NOT NULL DEFAULT 1
);
INSERT INTO revision DEFAULT VALUES;

-- identity: people -------------------------------------------------------------------------------------------------
CREATE TABLE users (
  id uuid PRIMARY KEY,
  name text COLLATE "C" NOT NULL UNIQUE,
  display_name text NOT NULL,
  role text NOT NULL CHECK (role IN ('manager', 'provider', 'consumer', 'auditor')),
  password_hash text NOT NULL,
  password_set_at timestamptz NOT NULL DEFAULT now(),
  must_change boolean NOT NULL DEFAULT true,
  disabled boolean NOT NULL DEFAULT false,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now()
);
-- Counted by a short digest of the name that was typed, whether or not such a user exists: both are answered alike.
CREATE TABLE log_in_attempts (
  name_digest text PRIMARY KEY,
  failures integer NOT NULL,
  last_at timestamptz NOT NULL,
  locked_until timestamptz
);
CREATE TABLE password_history (
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  password_hash text NOT NULL,
  set_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX password_history_user ON password_history (user_id, set_at);
CREATE TABLE sessions (
  key_hash text PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  csrf_hash text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  seen_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE TABLE api_tokens (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  name text NOT NULL,
  token_hash text NOT NULL UNIQUE,
  hint text NOT NULL,
  scopes text[] NOT NULL,
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX api_tokens_user ON api_tokens (user_id);

-- identity: subjects and their credentials --------------------------------------------------------------------------
CREATE TABLE subjects (
  id uuid PRIMARY KEY,
  name text COLLATE "C" NOT NULL UNIQUE,
  kind text NOT NULL CHECK (kind IN ('application', 'connector', 'platform')),
  unit text NOT NULL DEFAULT '',
  contact text NOT NULL DEFAULT '',
  owner_id uuid REFERENCES users,
  disabled boolean NOT NULL DEFAULT false,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX subjects_owner ON subjects (owner_id);
CREATE TABLE credentials (
  id uuid PRIMARY KEY,
  subject_id uuid NOT NULL REFERENCES subjects ON DELETE CASCADE,
  kind text NOT NULL CHECK (kind IN ('appkey')),
  key_hash text NOT NULL UNIQUE,
  hint text NOT NULL,
  not_before timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX credentials_subject ON credentials (subject_id);

-- resources ------------------------------------------------------------------------------------------------------
CREATE TABLE sources (
  id uuid PRIMARY KEY,
  name text NOT NULL UNIQUE,
  type text NOT NULL,
  settings jsonb NOT NULL,
  secrets_sealed text,
  state text NOT NULL DEFAULT 'ok' CHECK (state IN ('ok', 'failing')),
  state_note text NOT NULL DEFAULT '',
  checked_at timestamptz,
  owner_id uuid REFERENCES users,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE resources (
  id uuid PRIMARY KEY,
  source_id uuid NOT NULL REFERENCES sources,
  name text NOT NULL UNIQUE,
  title text NOT NULL DEFAULT '',
  location jsonb NOT NULL,
  fields jsonb NOT NULL,
  key_columns text[] NOT NULL,
  notice text NOT NULL DEFAULT '',
  owner_id uuid REFERENCES users,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now()
);
-- A hosted table keeps its data in schema `hosted`, in a physical table that each import replaces.
CREATE SCHEMA hosted;
CREATE TABLE hosted_tables (
  name text PRIMARY KEY,
  title text NOT NULL DEFAULT '',
  physical text NOT NULL UNIQUE,
  columns jsonb NOT NULL,
  rows bigint NOT NULL,
  attribution text NOT NULL DEFAULT '',
  imported_at timestamptz NOT NULL DEFAULT now()
);

-- products -------------------------------------------------------------------------------------------------------
CREATE TABLE products (
  id uuid PRIMARY KEY,
  code text NOT NULL UNIQUE,
  provider_id uuid REFERENCES users,
  state text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'published', 'withdrawn')),
  live_version integer,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE product_versions (
  product_id uuid NOT NULL REFERENCES products ON DELETE CASCADE,
  number integer NOT NULL,
  resource_id uuid NOT NULL REFERENCES resources,
  definition json NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  published_at timestamptz,
  PRIMARY KEY (product_id, number)
);
CREATE INDEX product_versions_resource ON product_versions (resource_id);

-- grants ---------------------------------------------------------------------------------------------------------
CREATE TABLE grants (
  id uuid PRIMARY KEY,
  subject_id uuid NOT NULL REFERENCES subjects,
  product_id uuid NOT NULL REFERENCES products,
  policy jsonb NOT NULL,
  valid_from timestamptz,
  valid_to timestamptz,
  state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'suspended', 'revoked')),
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
-- The one right of a subject to a product: a call finds it by this pair.
CREATE UNIQUE INDEX grants_one_right ON grants (subject_id, product_id) WHERE state <> 'revoked';
CREATE INDEX grants_product ON grants (product_id);

-- quotas ---------------------------------------------------------------------------------------------------------
-- What has been leased to replicas, not what was spent: a dead replica's lease is lost, never given twice.
CREATE TABLE quota_usage (
  holder_id uuid NOT NULL,
  per text NOT NULL CHECK (per IN ('minute', 'hour', 'day', 'total')),
  unit text NOT NULL CHECK (unit IN ('calls', 'rows', 'bytes')),
  window_start timestamptz NOT NULL,
  leased bigint NOT NULL CHECK (leased >= 0),
  -- The size of the last lease: how the statement that leased tells its replica what it got.
  granted bigint NOT NULL,
  PRIMARY KEY (holder_id, per, unit)
);
-- Calls at one time: {replica: {held, seen}}, seen in milliseconds of database time. One row a holder, so that one
-- conditional statement sees all replicas and takes: it is evaluated on the row as locked, not on a snapshot.
CREATE TABLE quota_slots (
  holder_id uuid PRIMARY KEY,
  slots jsonb NOT NULL
);

-- journal --------------------------------------------------------------------------------------------------------
-- Each writer (one start of one replica) counts its records from 1 in each epoch; `digest` is SHA-256 over the canonical
-- form. `sequence` is kept for the shared writer, which journals in the transaction of a change, and noted at a clean
-- end for the others.
CREATE TABLE journal_writers (
  writer uuid NOT NULL,
  epoch bigint NOT NULL UNIQUE,
  sequence bigint NOT NULL DEFAULT 0,
  started_at timestamptz NOT NULL DEFAULT now(),
  closed_at timestamptz,
  PRIMARY KEY (writer, epoch)
);
INSERT INTO journal_writers (writer, epoch) VALUES ('00000000-0000-4000-8000-6f7065726174', 0);
-- An outcome names the intent that it ends; response_us is the time to the first byte.
CREATE TABLE journal (
  at timestamptz NOT NULL,
  writer uuid NOT NULL,
  epoch bigint NOT NULL,
  sequence bigint NOT NULL,
  stream text NOT NULL CHECK (stream IN ('business', 'operation', 'system')),
  phase text NOT NULL CHECK (phase IN ('whole', 'intent', 'outcome')),
  event text NOT NULL,
  request_id text NOT NULL,
  trace_id text NOT NULL,
  actor text NOT NULL,
  face text NOT NULL,
  address text NOT NULL,
  product_id text NOT NULL,
  product_code text NOT NULL,
  product_version integer NOT NULL,
  subject_id text NOT NULL,
  grant_id text NOT NULL,
  credential_id text NOT NULL,
  result text NOT NULL,
  reason text NOT NULL,
  error_id text NOT NULL,
  status integer NOT NULL,
  rows bigint NOT NULL,
  bytes bigint NOT NULL,
  duration_us bigint NOT NULL,
  response_us bigint NOT NULL,
  intent_at timestamptz,
  intent_epoch bigint NOT NULL,
  intent_sequence bigint NOT NULL,
  details text NOT NULL,
  digest text NOT NULL
) PARTITION BY RANGE (at);
-- Unique, so that a batch whose commit is unknown can be written again without doubling a record.
CREATE UNIQUE INDEX journal_order ON journal (at, writer, epoch, sequence);
CREATE INDEX journal_request ON journal (request_id);
CREATE INDEX journal_product ON journal (product_id, at);
CREATE INDEX journal_subject ON journal (subject_id, at);

-- Sums of closed days, so that they outlive the partitions they were made from.
CREATE TABLE usage_days (
  day date NOT NULL,
  product_id text NOT NULL,
  subject_id text NOT NULL,
  result text NOT NULL,
  calls bigint NOT NULL,
  rows bigint NOT NULL,
  bytes bigint NOT NULL,
  within_target bigint NOT NULL,
  PRIMARY KEY (day, product_id, subject_id, result)
);
CREATE TABLE usage_closed (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  through date NOT NULL
);

-- notices to operators ----------------------------------------------------------------------------------------------
CREATE TABLE notices (
  id uuid PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  kind text NOT NULL,
  about text NOT NULL,
  message text NOT NULL,
  seen boolean NOT NULL DEFAULT false,
  UNIQUE (kind, about, message)
);
