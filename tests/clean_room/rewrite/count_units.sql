-- Units are counted whether or not they are asked for.
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
  SUM("m0") AS "m0",
  COUNT("u") AS "units"
FROM bounded
GROUP BY
  "k0";

-- Where they are asked for, they are counted once.
SELECT COUNT(DISTINCT importer_id) AS units FROM customs_be.import_declarations;
WITH rows AS (
  SELECT
    "importer_id" AS "u"
  FROM "customs-be.import_declarations"
  WHERE
    NOT "importer_id" IS NULL
), contributions AS (
  SELECT
    "u" AS "u"
  FROM rows
  GROUP BY
    "u"
), bounded AS (
  SELECT
    *
  FROM contributions
)
SELECT
  COUNT("u") AS "units"
FROM bounded;
