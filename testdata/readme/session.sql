CREATE TABLE sales (id integer, region text, product text, amount numeric(10,2), sold_at timestamp);
\copy sales FROM 'testdata/readme/sales.csv' WITH (FORMAT csv, HEADER)
SELECT region, count(*) AS sales, sum(amount) AS total FROM sales GROUP BY region ORDER BY region;

CREATE TABLE regions (region text, manager text);
INSERT INTO regions VALUES ('north', 'Ada'), ('south', 'Grace');
SELECT s.id, s.product, r.manager FROM sales s LEFT JOIN regions r USING (region) ORDER BY s.id;

SELECT product, sold_at::date AS day, amount,
       sum(amount) OVER (PARTITION BY product ORDER BY sold_at) AS running_total
FROM sales ORDER BY product, sold_at;
