"""The form of the real declarations' files, with rows of our own."""

HEAD = (
    "Declaration ID,Date,Office ID,Process Type,Import Type,Import Use,Payment Type,"
    "Mode of Transport,Declarant ID,Importer ID,Seller ID,Courier ID,HS6 Code,"
    "Country of Departure,Country of Origin,Tax Rate,Tax Type,Country of Origin Indicator,"
    "Net Mass,Item Price,Fraud,Critical Fraud\n"
)
ROW = (
    "1,2020-01-31,40,B,11,21,11,10,LPA7LKZ,Y3OM027,{seller},,{hs6},IT,NA,8.0,A,G,1.5,{price},1,0\n"
)


def line(seller="FQKH1PD", hs6="030617", price="1248.7"):
    """A row of the files."""
    return ROW.format(seller=seller, hs6=hs6, price=price)
