-- A condition on the privacy unit singles it out.
-- refused: DIFFERENCING_RISK
SELECT SUM(item_value) AS value FROM customs_be.import_declarations WHERE importer_id <> 'importer-77';
SELECT SUM(item_value) AS value FROM customs_be.import_declarations;

-- So does one on a key that joins to it.
-- refused: DIFFERENCING_RISK
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE declarant_id IN ('a', 'b');
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE mode IN ('sea', 'air');

-- That it is missing singles out as well.
-- refused: DIFFERENCING_RISK
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE importer_id IS NULL;
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE origin IS NULL;

-- It may not hide behind others.
-- refused: DIFFERENCING_RISK
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE NOT (hs2 = '85' OR NOT (importer_id = 'x' AND inspected));
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE NOT (hs2 = '85' OR NOT (origin = 'CN' AND inspected));

-- A person is a unit like any other.
-- refused: DIFFERENCING_RISK
SELECT COUNT(*) AS n FROM beanr.gate_visits WHERE driver_id = 'd1';
SELECT COUNT(*) AS n FROM beanr.gate_visits WHERE gate = 'east';

-- A measure meets no literal.
-- refused: POLICY_COLUMN_FILTER
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE item_value > 1000000;
SELECT COUNT(*) AS n FROM customs_be.import_declarations HAVING SUM(item_value) > 1000000;

-- A dimension without a filter meets none either.
-- refused: POLICY_COLUMN_FILTER
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE office = 'ghent';
SELECT office, COUNT(*) AS n FROM customs_be.import_declarations GROUP BY office;

-- Single values are no range.
-- refused: POLICY_COLUMN_FILTER
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE hs2 BETWEEN '01' AND '05';
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE hs2 IN ('01', '02', '03', '04', '05');

-- A closed column is closed to literals.
-- refused: SENSITIVITY_CLASS
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE tariff_line = '0101291090';
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE hs6 = '010129';

-- Two columns are not compared.
-- refused: SQL_NOT_ANSWERED
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE origin = dispatch;
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE origin = 'CN' AND dispatch = 'CN';

-- Nor is one computed with.
-- refused: SQL_NOT_ANSWERED
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE channel * 2 = 4;
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE channel = 2;

-- Nor is a comparison compared.
-- refused: SQL_NOT_ANSWERED
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE (date < '2020-01-15') = TRUE;
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE inspected = TRUE;

-- Or looked at for a gap.
-- refused: SQL_NOT_ANSWERED
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE (date < '2020-01-15') IS NOT NULL;
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE date IS NOT NULL;

-- What is always so is no condition.
-- refused: SQL_NOT_ANSWERED
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE 1 = 1;
SELECT COUNT(*) AS n FROM customs_be.import_declarations HAVING 1 = 1;

-- A line in time is on the grid.
-- refused: POLICY_COLUMN_FILTER
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE date >= '2020-01-15';
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE date >= '2020-01-01';

-- Up to the last day of a month is on it, up to the first is not.
-- refused: POLICY_COLUMN_FILTER
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE date <= '2020-02-01';
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE date <= '2020-02-29';

-- After the last day likewise.
-- refused: POLICY_COLUMN_FILTER
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE date > '2020-02-01';
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE date > '2020-01-31';

-- A line beyond all time is as good as none.
-- refused: POLICY_COLUMN_FILTER
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE date <= '9999-12-30';
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE date <= '9999-12-31';

-- One day is no step of a grid of months.
-- refused: POLICY_COLUMN_FILTER
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE date = '2020-01-01';
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE DATE_TRUNC('month', date) = '2020-01-01';

-- Until an instant and before it would differ by what happened in the instant.
-- refused: POLICY_COLUMN_FILTER
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE arrived_at <= '2020-01-01 10:00:00';
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE arrived_at < '2020-01-01 10:00:00';

-- So would from it and after it.
-- refused: POLICY_COLUMN_FILTER
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE arrived_at > '2020-01-01 10:00:00';
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE arrived_at > '2020-01-01 09:59:59.999999';

-- An instant by itself is what happened in it.
-- refused: POLICY_COLUMN_FILTER
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE arrived_at IN ('2020-01-01 10:00:00');
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE DATE_TRUNC('hour', arrived_at) IN ('2020-01-01 10:00:00');

-- A part that is too fine is no condition.
-- refused: COLUMN_USE
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE EXTRACT(DAY FROM date) = 5;
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE EXTRACT(MONTH FROM date) = 5;

-- Nor is a step.
-- refused: COLUMN_USE
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE DATE_TRUNC('day', date) = '2020-01-05';
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE DATE_TRUNC('day', arrived_at) = '2020-01-05';

-- A coarser grid has fewer lines.
-- refused: POLICY_COLUMN_FILTER
-- step: quarter
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE date < '2020-02-01';
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE date < '2020-04-01';

-- A grid of days has each day's line, and each day.
-- refused: COLUMN_USE
-- step: day
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE HOUR(date) = 5;
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE date = '2020-02-03' OR date > '2020-05-07';

-- A grid of weeks begins on Mondays.
-- refused: POLICY_COLUMN_FILTER
-- step: week
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE date >= '2020-01-01';
SELECT COUNT(*) AS n FROM customs_be.import_declarations WHERE date >= '2020-01-06';
