-- Notices to those who hold grants (GOV-provide): where each subject wants them, and those that are on their way.
CREATE TABLE webhooks (
  subject_id uuid PRIMARY KEY REFERENCES subjects ON DELETE CASCADE,
  url text NOT NULL,
  secret_sealed text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- A row is what is sent, byte for byte, and how it fared.
CREATE TABLE webhook_deliveries (
  id uuid PRIMARY KEY,
  subject_id uuid NOT NULL REFERENCES webhooks ON DELETE CASCADE,
  event text NOT NULL,
  product_code text NOT NULL,
  body text NOT NULL,
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'given-up')),
  attempts integer NOT NULL DEFAULT 0,
  next_at timestamptz NOT NULL DEFAULT now(),
  -- Until then one replica is sending it; a later attempt has a higher number, so that a late answer is known as such.
  leased_until timestamptz,
  note text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_at) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_subject ON webhook_deliveries (subject_id, created_at, id);
