-- A unit fills 8 groups, and 20 rows of each.
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
    LEAST(COUNT(*), 20) AS "m0"
  FROM rows
  GROUP BY
    "k0",
    "u"
), bounded AS (
  SELECT
    *
  FROM (
    SELECT
      *,
      ROW_NUMBER() OVER (
        PARTITION BY "u"
        ORDER BY MD5(
          CASE
            WHEN '|' IS NULL OR CAST("u" AS TEXT) IS NULL OR CAST("k0" AS TEXT) IS NULL
            THEN NULL
            ELSE CONCAT_WS('|', CAST("u" AS TEXT), CAST("k0" AS TEXT))
          END
        )
      ) AS "nth"
    FROM contributions
  ) AS ranked
  WHERE
    "nth" <= 8
)
SELECT
  "k0" AS "k0",
  SUM("m0") AS "m0"
FROM bounded
GROUP BY
  "k0";

-- Without keys there is one group to fill.
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
    LEAST(COUNT(*), 20) AS "m0"
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

-- A person fills as many as the contract for persons says.
-- mode: dp
SELECT gate, COUNT(*) AS n FROM beanr.gate_visits GROUP BY gate;
WITH rows AS (
  SELECT
    "gate" AS "k0",
    "driver_id" AS "u"
  FROM "beanr.gate_visits"
  WHERE
    NOT "driver_id" IS NULL
), contributions AS (
  SELECT
    "k0" AS "k0",
    "u" AS "u",
    LEAST(COUNT(*), 10) AS "m0"
  FROM rows
  GROUP BY
    "k0",
    "u"
), bounded AS (
  SELECT
    *
  FROM (
    SELECT
      *,
      ROW_NUMBER() OVER (
        PARTITION BY "u"
        ORDER BY MD5(
          CASE
            WHEN '|' IS NULL OR CAST("u" AS TEXT) IS NULL OR CAST("k0" AS TEXT) IS NULL
            THEN NULL
            ELSE CONCAT_WS('|', CAST("u" AS TEXT), CAST("k0" AS TEXT))
          END
        )
      ) AS "nth"
    FROM contributions
  ) AS ranked
  WHERE
    "nth" <= 4
)
SELECT
  "k0" AS "k0",
  SUM("m0") AS "m0"
FROM bounded
GROUP BY
  "k0";

-- Exact answers leave nobody out.
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
