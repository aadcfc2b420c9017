\startpipeline
INSERT INTO piped VALUES (1, :client_id);
SELECT count(*) FROM piped;
INSERT INTO piped VALUES (2, :client_id);
\endpipeline
