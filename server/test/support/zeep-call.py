"""Calls a product as a SOAP client that knows nothing but the address of its WSDL.

Reads {wsdl, port, arguments, header, http, unchecked} as JSON from its input and writes what zeep made of the answer, or
of the fault, as JSON. A value that is no text is written as [its type, its text], since the types are what is tested. What
was sent and what came is held to the schema in the WSDL by libxml2, but for the elements called `unchecked`.
"""
import datetime
import decimal
import json
import sys

import requests
import zeep
from lxml import etree
from zeep.helpers import serialize_object
from zeep.plugins import HistoryPlugin


def written(value):
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, dict):
        return {name: written(each) for name, each in value.items()}
    if isinstance(value, list):
        return [written(each) for each in value]
    if isinstance(value, bytes):
        return ["bytes", value.hex()]
    if isinstance(value, decimal.Decimal):
        return ["Decimal", format(value, "f")]
    if isinstance(value, (datetime.date, datetime.time)):
        return [type(value).__name__, value.isoformat()]
    return [type(value).__name__, str(value)]


def content_of(envelope, unchecked):
    body = next(child for child in envelope if etree.QName(child).localname == "Body")
    content = etree.fromstring(etree.tostring(body[0]))
    for element in [each for each in content.iter() if etree.QName(each).localname in unchecked]:
        element.getparent().remove(element)
    return content


asked = json.load(sys.stdin)
session = requests.Session()
session.trust_env = False
session.headers.update(asked.get("http", {}))
history = HistoryPlugin()
client = zeep.Client(asked["wsdl"], transport=zeep.Transport(session=session), plugins=[history])
service = client.bind(next(iter(client.wsdl.services)), asked["port"])
try:
    answer = service.query(**asked.get("arguments", {}), _soapheaders=asked.get("header"))
    schema = etree.XMLSchema(etree.fromstring(session.get(asked["wsdl"]).content).find(".//{http://www.w3.org/2001/XMLSchema}schema"))
    for message in (history.last_sent, history.last_received):
        schema.assertValid(content_of(message["envelope"], asked.get("unchecked", [])))
    json.dump({"answer": written(serialize_object(answer, dict))}, sys.stdout)
except zeep.exceptions.Fault as fault:
    detail = None if fault.detail is None else {etree.QName(element).localname: element.text for element in fault.detail.iter() if len(element) == 0}
    subcodes = [] if fault.subcodes is None else [str(subcode) for subcode in fault.subcodes]
    json.dump({"fault": {"code": fault.code, "message": fault.message, "subcodes": subcodes, "detail": detail}}, sys.stdout)
