-- Of each value an engine tells what the two largest units add.
SELECT SUM(item_value) AS value FROM customs_be.import_declarations;
WITH rows AS (
  SELECT
    "importer_id" AS "u",
    "item_value" AS "m0"
  FROM "customs-be.import_declarations"
  WHERE
    NOT "importer_id" IS NULL
), contributions AS (
  SELECT
    "u" AS "u",
    SUM("m0") AS "m0"
  FROM rows
  GROUP BY
    "u"
), bounded AS (
  SELECT
    *
  FROM contributions
)
SELECT
  SUM("m0") AS "m0",
  COUNT(CASE WHEN NOT "m0" IS NULL THEN "u" END) AS "m0_units",
  SUM(ABS("m0")) AS "m0_weight",
  MAX(ABS("m0"), 2) AS "m0_top"
FROM bounded;

-- A count of values also says how many units lack some.
SELECT COUNT(item_value) AS priced FROM customs_be.import_declarations;
WITH rows AS (
  SELECT
    "importer_id" AS "u",
    "item_value" AS "m0"
  FROM "customs-be.import_declarations"
  WHERE
    NOT "importer_id" IS NULL
), contributions AS (
  SELECT
    "u" AS "u",
    COUNT("m0") AS "m0",
    COUNT(*) - COUNT("m0") AS "m0_lacking"
  FROM rows
  GROUP BY
    "u"
), bounded AS (
  SELECT
    *
  FROM contributions
)
SELECT
  SUM("m0") AS "m0",
  COUNT(CASE WHEN "m0" <> 0 THEN "u" END) AS "m0_units",
  SUM(ABS("m0")) AS "m0_weight",
  MAX(ABS("m0"), 2) AS "m0_top",
  COUNT(CASE WHEN "m0_lacking" <> 0 THEN "u" END) AS "m0_lacking_units",
  SUM(ABS("m0_lacking")) AS "m0_lacking_weight",
  MAX(ABS("m0_lacking"), 2) AS "m0_lacking_top"
FROM bounded;

-- A count of rows is weighed like any other value.
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
  COUNT(CASE WHEN "m0" <> 0 THEN "u" END) AS "m0_units",
  SUM(ABS("m0")) AS "m0_weight",
  MAX(ABS("m0"), 2) AS "m0_top"
FROM bounded
GROUP BY
  "k0";

-- Where noise protects, no true weight leaves the engine.
-- mode: dp
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
FROM bounded;
