-- More dimensions make smaller groups.
-- refused: LIMIT_EXCEEDED
SELECT hs2, origin, mode, channel, COUNT(*) AS n FROM customs_be.import_declarations GROUP BY ALL;
SELECT hs2, origin, mode, COUNT(*) AS n FROM customs_be.import_declarations GROUP BY ALL;

-- Two steps of one column are two dimensions.
-- refused: LIMIT_EXCEEDED
SELECT COUNT(*) AS n FROM customs_be.import_declarations GROUP BY YEAR(date), QUARTER(date), MONTH(date), hs2;
SELECT COUNT(*) AS n FROM customs_be.import_declarations GROUP BY DATE_TRUNC('month', date), hs2;

-- The same column twice is one.
-- refused: LIMIT_EXCEEDED
SELECT COUNT(*) AS n FROM customs_be.import_declarations GROUP BY hs2, hs2, origin, mode, channel;
SELECT COUNT(*) AS n FROM customs_be.import_declarations GROUP BY hs2, hs2, origin, hs2;

-- Where noise protects, keys are declared: which of them are there is a secret too.
-- refused: LIMIT_EXCEEDED
-- mode: dp
SELECT dispatch, COUNT(*) AS n FROM customs_be.import_declarations GROUP BY dispatch;
SELECT origin, COUNT(*) AS n FROM customs_be.import_declarations GROUP BY origin;

-- The grid is answered whole, so it is not too large.
-- refused: LIMIT_EXCEEDED
-- mode: dp
SELECT DATE_TRUNC('hour', arrived_at) AS hour, COUNT(*) AS n FROM customs_be.import_declarations GROUP BY 1;
SELECT DATE_TRUNC('day', arrived_at) AS day, COUNT(*) AS n FROM customs_be.import_declarations GROUP BY 1;

-- A condition makes it smaller.
-- refused: LIMIT_EXCEEDED
-- mode: dp
SELECT hs2, origin, DATE_TRUNC('month', date) AS month, COUNT(*) AS n FROM customs_be.import_declarations GROUP BY 1, 2, 3;
SELECT hs2, origin, DATE_TRUNC('month', date) AS month, COUNT(*) AS n FROM customs_be.import_declarations WHERE date < '2020-07-01' GROUP BY 1, 2, 3;
