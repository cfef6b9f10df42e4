-- A group may be no single company.
-- refused: GROUP_BY_IDENTIFIER
SELECT importer_id, SUM(item_value) AS value FROM customs_be.import_declarations GROUP BY importer_id;
SELECT hs2, SUM(item_value) AS value FROM customs_be.import_declarations GROUP BY hs2;

-- Nor may it be a key that joins to one.
-- refused: GROUP_BY_IDENTIFIER
SELECT declarant_id, COUNT(*) AS n FROM customs_be.import_declarations GROUP BY 1;
SELECT COUNT(DISTINCT importer_id) AS importers FROM customs_be.import_declarations;

-- Nor a single person.
-- refused: PERSONAL_UNIT
SELECT driver_id, SUM(minutes) AS minutes FROM beanr.gate_visits GROUP BY driver_id;
SELECT gate, SUM(minutes) AS minutes FROM beanr.gate_visits GROUP BY gate;

-- Nor the values of a measure, each of which may be of one row.
-- refused: COLUMN_USE
SELECT item_value, COUNT(*) AS n FROM customs_be.import_declarations GROUP BY item_value;
SELECT mode, COUNT(*) AS n FROM customs_be.import_declarations GROUP BY mode;

-- A comparison as a group would draw any line through time.
-- refused: COLUMN_USE
SELECT COUNT(*) AS n FROM customs_be.import_declarations GROUP BY date < DATE '2020-03-05';
SELECT DATE_TRUNC('month', date) AS month, COUNT(*) AS n FROM customs_be.import_declarations GROUP BY 1;

-- Arithmetic as a group would hide a part that is finer than the grid.
-- refused: COLUMN_USE
SELECT COUNT(*) AS n FROM customs_be.import_declarations GROUP BY EXTRACT(DAY FROM date) + 0;
SELECT EXTRACT(MONTH FROM date) AS month, COUNT(*) AS n FROM customs_be.import_declarations GROUP BY 1;

-- Two columns as a group would be a condition that no filter was asked about.
-- refused: COLUMN_USE
SELECT COUNT(*) AS n FROM customs_be.import_declarations GROUP BY hs2 = origin;
SELECT hs2, origin, COUNT(*) AS n FROM customs_be.import_declarations GROUP BY hs2, origin;

-- A constant is no group.
-- refused: COLUMN_USE
SELECT COUNT(*) AS n FROM customs_be.import_declarations GROUP BY DATE '2020-01-01';
SELECT COUNT(*) AS n FROM customs_be.import_declarations;

-- Time is told by a step, not by its instants.
-- refused: COLUMN_USE
SELECT arrived_at, COUNT(*) AS n FROM customs_be.import_declarations GROUP BY arrived_at;
SELECT DATE_TRUNC('hour', arrived_at) AS hour, COUNT(*) AS n FROM customs_be.import_declarations GROUP BY 1;

-- The step is no finer than the grid.
-- refused: COLUMN_USE
SELECT DATE_TRUNC('day', date) AS day, COUNT(*) AS n FROM customs_be.import_declarations GROUP BY day;
SELECT DATE_TRUNC('quarter', date) AS quarter, COUNT(*) AS n FROM customs_be.import_declarations GROUP BY quarter;

-- A week cuts months in two.
-- refused: COLUMN_USE
SELECT DATE_TRUNC('week', date) AS week, COUNT(*) AS n FROM customs_be.import_declarations GROUP BY week;
SELECT DATE_TRUNC('week', arrived_at) AS week, COUNT(*) AS n FROM customs_be.import_declarations GROUP BY week;

-- A part of time may be too fine as well.
-- refused: COLUMN_USE
SELECT HOUR(date) AS hour, COUNT(*) AS n FROM customs_be.import_declarations GROUP BY hour;
SELECT HOUR(arrived_at) AS hour, COUNT(*) AS n FROM customs_be.import_declarations GROUP BY hour;

-- A restricted column is closed as a group.
-- refused: SENSITIVITY_CLASS
SELECT tariff_line, COUNT(*) AS n FROM customs_be.import_declarations GROUP BY tariff_line;
SELECT hs6, COUNT(*) AS n FROM customs_be.import_declarations GROUP BY hs6;

-- It is closed in an aggregate too.
-- refused: SENSITIVITY_CLASS
SELECT COUNT(tariff_line) AS n FROM customs_be.import_declarations;
SELECT COUNT(hs6) AS n FROM customs_be.import_declarations;

-- Units are counted when they are distinct only.
-- refused: COLUMN_USE
SELECT COUNT(importer_id) AS n FROM customs_be.import_declarations;
SELECT COUNT(DISTINCT importer_id) AS n FROM customs_be.import_declarations;

-- Sums are over measures.
-- refused: COLUMN_USE
SELECT SUM(channel) AS n FROM customs_be.import_declarations;
SELECT SUM(fraud) AS n FROM customs_be.import_declarations;

-- A constant added to each row would make all units look alike to the dominance rule.
-- refused: COLUMN_USE
SELECT SUM(item_value + 10000000) AS value FROM customs_be.import_declarations;
SELECT SUM(item_value) + 10000000 AS value FROM customs_be.import_declarations;

-- So would another measure.
-- refused: COLUMN_USE
SELECT SUM(item_value + net_mass_kg) AS both FROM customs_be.import_declarations;
SELECT SUM(item_value) + SUM(net_mass_kg) AS both FROM customs_be.import_declarations;

-- A constant less each row is one more of them; a sign is a factor.
-- refused: COLUMN_USE
SELECT SUM(1 - item_value) AS value FROM customs_be.import_declarations;
SELECT SUM(-item_value) AS value FROM customs_be.import_declarations;

-- A sum of a number alone is a count that no rule knows.
-- refused: COLUMN_USE
SELECT SUM(5) AS n FROM customs_be.import_declarations;
SELECT 5 * COUNT(*) AS n FROM customs_be.import_declarations;

-- An average is a sum, and a count of the same.
-- refused: COLUMN_USE
SELECT AVG(item_value - 1) AS mean FROM customs_be.import_declarations;
SELECT AVG(item_value) - 1 AS mean FROM customs_be.import_declarations;

-- A count is over a column.
-- refused: COLUMN_USE
SELECT COUNT(hs2 = '85') AS n FROM customs_be.import_declarations;
SELECT COUNT(hs2) AS n FROM customs_be.import_declarations;

-- It is so where noise protects, too.
-- refused: COLUMN_USE
-- mode: dp
SELECT COUNT(item_value + 1) AS n FROM customs_be.import_declarations;
SELECT COUNT(item_value) AS n FROM customs_be.import_declarations;

-- A product of measures could weigh one unit by another's secret.
-- refused: COLUMN_USE
-- mode: dp
SELECT SUM(item_value * correction) AS packed FROM customs_be.import_declarations;
SELECT SUM(item_value + correction * 2) AS both FROM customs_be.import_declarations;

-- Numbers so long that a sum could overflow would tell that a row is there.
-- refused: COLUMN_USE
SELECT SUM(item_value * 9999999999999) AS value FROM customs_be.import_declarations;
SELECT SUM(item_value * 999999999999) AS value FROM customs_be.import_declarations;

-- Many short ones are as long.
-- refused: COLUMN_USE
-- mode: dp
SELECT SUM(fraud * 99999 * 99999 * 0.001) AS value FROM customs_be.import_declarations;
SELECT SUM(fraud * 99999 * 9999) AS value FROM customs_be.import_declarations;
