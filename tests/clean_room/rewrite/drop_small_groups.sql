-- Groups of fewer units than the contract's threshold stay in the engine.
SELECT hs2, COUNT(*) AS n FROM customs_be.import_declarations GROUP BY hs2;
WITH rows AS (
  SELECT
    "hs2" AS "k0",
    "importer_id" AS "u"
  FROM "customs-be.import_declarations"
  WHERE
    NOT "importer_id" IS NULL
), contributions AS (
  SELECT
    "k0" AS "k0",
    "u" AS "u",
    COUNT(*) AS "m0"
  FROM rows
  GROUP BY
    "k0",
    "u"
), bounded AS (
  SELECT
    *
  FROM contributions
)
SELECT
  "k0" AS "k0",
  SUM("m0") AS "m0"
FROM bounded
GROUP BY
  "k0"
HAVING
  COUNT("u") >= 10;

-- A grant may ask for more units.
-- min_units: 25
SELECT COUNT(*) AS n FROM customs_be.import_declarations;
WITH rows AS (
  SELECT
    "importer_id" AS "u"
  FROM "customs-be.import_declarations"
  WHERE
    NOT "importer_id" IS NULL
), contributions AS (
  SELECT
    "u" AS "u",
    COUNT(*) AS "m0"
  FROM rows
  GROUP BY
    "u"
), bounded AS (
  SELECT
    *
  FROM contributions
)
SELECT
  SUM("m0") AS "m0"
FROM bounded
HAVING
  COUNT("u") >= 25;

-- It cannot ask for fewer.
-- min_units: 3
SELECT COUNT(*) AS n FROM customs_be.import_declarations;
WITH rows AS (
  SELECT
    "importer_id" AS "u"
  FROM "customs-be.import_declarations"
  WHERE
    NOT "importer_id" IS NULL
), contributions AS (
  SELECT
    "u" AS "u",
    COUNT(*) AS "m0"
  FROM rows
  GROUP BY
    "u"
), bounded AS (
  SELECT
    *
  FROM contributions
)
SELECT
  SUM("m0") AS "m0"
FROM bounded
HAVING
  COUNT("u") >= 10;

-- Where noise protects, the true number of units decides nothing.
-- mode: dp
SELECT hs2, COUNT(*) AS n FROM customs_be.import_declarations GROUP BY hs2;
WITH rows AS (
  SELECT
    "hs2" AS "k0",
    "importer_id" AS "u"
  FROM "customs-be.import_declarations"
  WHERE
    NOT "importer_id" IS NULL
), contributions AS (
  SELECT
    "k0" AS "k0",
    "u" AS "u",
    COUNT(*) AS "m0"
  FROM rows
  GROUP BY
    "k0",
    "u"
), bounded AS (
  SELECT
    *
  FROM contributions
)
SELECT
  "k0" AS "k0",
  SUM("m0") AS "m0"
FROM bounded
GROUP BY
  "k0";
