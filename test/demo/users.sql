CREATE TABLE users (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	email text NOT NULL UNIQUE,
	email_confirmed_at timestamptz
);

INSERT INTO users (email, email_confirmed_at)
SELECT 'user' || n || '@example.com', CASE WHEN n % 3 > 0 THEN now() END
FROM generate_series(1, 10000) n;
CREATE ROLE sam SUPERUSER LOGIN;
