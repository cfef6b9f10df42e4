"""The public codes that the demo world speaks in: goods, countries, ports, ships, containers.

Goods are codes of the Harmonized System 2022, countries of ISO 3166-1, ports of UN/LOCODE, modes of
UNECE Recommendation 19, container types of ISO 6346, dangerous goods of the IMDG Code and the UN
list. They are short lists of our own, in the order of how common the demo makes them; whoever bears
a name here (carriers, terminals, offices) is invented.
"""

from datetime import date

START = date(2025, 1, 1)
END = date(2026, 7, 1)
DAYS = (END - START).days
MINUTES = DAYS * 24 * 60

GOODS = """
8471.30.41.50.70.90 8473.21.29.30.40.50 8481.10.20.30.40.80.90 8421.11.19.23.32.99 8414.10.30.51.60
8517.11.14.61.69.79 8504.10.22.32.34.90 8544.11.19.30.49.70 8536.10.30.49.61.90 8528.42.52.62.71.73
3926.10.20.30.40.90 3923.10.21.30.40.90 3907.10.29.50.69.99 3920.10.49.63.79.99
8708.10.29.70.92.99 8703.10.23.32.50.90 8711.10.20.40.50.90
7318.11.13.16.22.29 7326.11.19.20.90 7308.10.20.30.40.90
9018.11.14.31.41.90 9031.10.20.41.49.80.90 9026.10.20.80.90
6109.10.90 6110.11.12.19.20.30.90 6104.13.31.42.52.69
6204.11.23.41.52.69 6203.11.22.31.39.49 6202.20.30.40.90
9403.10.30.60.83.99 9405.11.29.42.61.99 9401.10.39.53.71.99
9503.00 9506.11.29.40.62.99
6403.12.19.40.59.99 6402.12.19.20.91.99 6404.11.19.20
2933.11.33.49.61.99 2918.11.14.18.23.99 2905.11.16.31.43.59
3004.10.31.41.49.90 3002.12.14.41.49.90
3824.10.60.84.88.99 3808.52.61.69.92.99 3815.11.12.19.90
3304.10.20.30.91.99 3303.00
4011.10.20.40.70.90 4016.10.91.93.94.99
0803.10.90 0804.10.20.30.40.50 0805.10.21.29.40.90 0806.10.20 0810.10.20.40.60.90
0302.11.33.47.73.99 0303.11.31.49.66.99 0304.31.48.63.85.99 0306.11.12.14.15.16.17.19.31.32
0703.10.20.90 0709.20.51.55.70.99 0713.10.31.34.40.90
0901.11.12.21.22.90 0902.10.20.30.40 0904.11.12.21.22
0201.10.20.30 0202.10.20.30 0207.11.24.42.51.60
2008.11.30.60.91.99 2009.11.29.49.71.90 2005.10.40.59.70.99
2204.10.21.22.29.30 2208.20.30.50.60.90 2203.00
1801.00 1806.10.20.31.32.90
1511.10.90 1513.11.19.21.29 1509.20.30.40.90
1604.11.13.16.19.32 1605.10.40.54.58.69
2106.10.90 2101.11.12.20.30
2309.10.90 1201.10.90 1207.10.29.40.60.99 1006.10.20.30.40 1005.10.90
2603.00 2608.00 2710.12.19.20.91.99 2711.11.12.14.19.29 2701.11.12.19.20
2836.20.30.50.91.99 2833.11.21.24.27.40 2815.11.12.20.30
3105.10.20.40.59.90 3104.20.30.90
4202.11.19.29.39.99 4203.10.21.29.30.40
4407.11.21.27.93.99 4412.10.34.42.52.99 4409.10.21.22.29
4819.10.20.30.40.50.60 4811.10.41.51.59.90 4901.10.91.99
5205.11.21.28.41.48 5208.11.21.32.42.59 5407.10.44.69.82.94 5402.11.33.46.52.69
6302.10.29.40.59.99 6307.10.20.90 6802.10.21.29.92.99 6907.21.22.23.30.40 6911.10.90
7010.10.20.90 7007.11.19.21.29 7113.11.19.20 7117.11.19.90
7210.11.20.49.61.90 7219.11.14.23.32.90 7403.11.12.19.21.29 7408.11.19.21.22.29
7606.11.12.91.92 7616.10.91.99 8207.13.20.40.60.90 8302.10.20.41.49.60
9102.11.12.21.29.99 9701.21.22.29.91.92.99
"""


def words(text: str) -> tuple[str, ...]:
    """The words of a text, in their order."""
    return tuple(text.split())


def _subheadings(goods: str) -> tuple[str, ...]:
    """Six-digit codes out of `heading.ending.ending` words, in their order."""
    listed = [word.split(".") for word in words(goods)]
    return tuple(heading + ending for heading, *endings in listed for ending in endings)


HS6 = _subheadings(GOODS)
HS4 = tuple(dict.fromkeys(code[:4] for code in HS6))
HS2 = tuple(dict.fromkeys(code[:2] for code in HS6))

# Countries of origin, commonest first; some at the end are rare, the last is a situation's own.
ORIGINS = words(
    "CN US GB JP TR IN CH KR VN BR TW TH ZA MX ID MY BD PE CL MA CO AU CA AR SG EG UA IL NZ HK AE "
    "NO KE CI GH CR PK LK KH DO TN FJ MV BT EC"
)

RARE_ORIGINS = ("FJ", "MV", "BT")
HUBS = ("SG", "HK", "AE")

# Sea, air, road, rail.
MODES = ("1", "4", "3", "2")

OFFICES = tuple(f"BE-{number:02d}" for number in range(1, 13))
# Standard, simplified, entry in the records, and release after transit.
PROCESS_TYPES = ("A", "B", "C", "D")

# The ports that publish: Antwerp, Callao and Valparaíso.
PORTS = ("BEANR", "PECLL", "CLVAP")

# Where ships come from and go to, commonest first; Peru and Chile lead for one another.
OTHER_PORTS = {
    "BEANR": words("NLRTM DEHAM GBFXT FRLEH ESALG USNYC CNSHA SGSIN MATNG PECLL CLVAP"),
    "PECLL": words("CLVAP CLSAI ECGYE COBUN PAMIT MXZLO USLGB CNSHA BEANR"),
    "CLVAP": words("PECLL CLSAI ECGYE ARBUE PAMIT USLGB CNSHA KRPUS BEANR"),
}

TERMINALS = ("T1", "T2", "T3", "T4")
BERTHS_A_TERMINAL = 5
BERTHS = tuple(f"{t}-{berth}" for t in TERMINALS for berth in range(1, BERTHS_A_TERMINAL + 1))

SHIP_TYPES = ("container", "bulk", "tanker", "general_cargo", "ro_ro", "reefer")
LENGTH_BANDS = ("under_100", "100_199", "200_299", "300_up")
# Flags, each with the maritime identification digits that ITU has given its country.
FLAGS = {"PA": 351, "LR": 636, "MH": 538, "SG": 563, "MT": 229, "BE": 205, "CL": 725, "PE": 760}

FUELS = ("HFO", "MGO", "LNG")
METHODS = ("measured", "modelled")

ISO_TYPES = ("22G1", "42G1", "45G1", "22R1", "45R1", "22T1", "22U1", "L5G1")
TEU_HUNDREDTHS = (100, 200, 200, 100, 200, 100, 100, 225)
REEFERS = ("22R1", "45R1")
MOVE_KINDS = ("discharge", "load", "gate_in", "gate_out", "shift")
FILLS = ("full", "empty")

# Chapters that hold dangerous goods: UN numbers and their IMDG classes.
DANGEROUS = {
    "27": (("1203", "3"), ("1202", "3"), ("1965", "2.1"), ("1972", "2.1")),
    "28": (("1824", "8"), ("1823", "8"), ("2014", "5.1"), ("1830", "8")),
    "29": (("1230", "3"), ("2811", "6.1"), ("1170", "3")),
    "31": (("2067", "5.1"), ("1942", "5.1")),
    "33": (("1266", "3"), ("1950", "2.1")),
    "38": (("3077", "9"), ("3082", "9"), ("1993", "3"), ("2902", "6.1")),
}

UN_NUMBERS = tuple(sorted({un for listed in DANGEROUS.values() for un, _ in listed}))
IMDG_CLASSES = tuple(sorted({imdg for listed in DANGEROUS.values() for _, imdg in listed}))
STOWAGES = ("A", "B", "C", "D", "E")

RESULTS = ("ok", "fraud", "critical")
CHANNELS = ("green", "yellow", "red")
REASONS = ("none", "valuation", "classification", "origin", "licence", "documents", "quantity")
CERTIFICATES = ("e_phyto", "origin_form_d", "organic")
AEO_STATUSES = ("AEOC", "AEOS", "AEOF", "suspended")
AEO_BANDS = ("A", "B", "C", "D", "E")

# ISO 3166-1, and what customs write besides: XZ at sea, ZZ unknown.
COUNTRIES = words(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS
    BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE
    EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM
    HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC
    LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
    NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW
    SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO
    TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW XZ ZZ
    """
)
