-- A sum is over values within the contract's bounds.
-- mode: dp
SELECT SUM(item_value) AS value FROM customs_be.import_declarations;
WITH rows AS (
  SELECT
    "importer_id" AS "u",
    CASE
      WHEN NOT "item_value" IS NULL
      THEN LEAST(GREATEST("item_value", 0.00), 1000000.00)
    END AS "m0"
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
  SUM("m0") AS "m0"
FROM bounded;

-- So is an average, and the sum of two measures over the range of both.
-- mode: dp
SELECT AVG(correction) AS mean, SUM(item_value - net_mass_kg * 2) AS rest FROM customs_be.import_declarations;
WITH rows AS (
  SELECT
    "importer_id" AS "u",
    CASE
      WHEN NOT "correction" IS NULL
      THEN LEAST(GREATEST("correction", -1000), 1000)
    END AS "m0",
    "correction" AS "m1",
    CASE
      WHEN NOT (
        "item_value" - (
          "net_mass_kg" * 2
        )
      ) IS NULL
      THEN LEAST(GREATEST((
        "item_value" - (
          "net_mass_kg" * 2
        )
      ), -100000.00), 1000000.00)
    END AS "m2"
  FROM "customs-be.import_declarations"
  WHERE
    NOT "importer_id" IS NULL
), contributions AS (
  SELECT
    "u" AS "u",
    SUM("m0") AS "m0",
    COUNT("m1") AS "m1",
    COUNT(*) - COUNT("m1") AS "m1_lacking",
    SUM("m2") AS "m2"
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
  SUM("m1") AS "m1",
  SUM("m2") AS "m2"
FROM bounded;

-- A count needs no bounds.
-- mode: dp
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
  SUM("m0") AS "m0"
FROM bounded;

-- Exact sums are over the values as they are.
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
  SUM("m0") AS "m0"
FROM bounded;
