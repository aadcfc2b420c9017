\set amount random(1, 1000)
\set half :amount / 2.0
INSERT INTO events (client, amount, half, note) VALUES (:client_id, :amount, :half, 'from ' || :client_id);
