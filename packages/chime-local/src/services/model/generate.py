"""Writes `<service>/model.json`: the routes and constraints of the operations that the emulated APIs serve.

The source is the service model that botocore contains (Apache-2.0). Documentation is left out. For operations
that are not served, only the name, method and URI are kept, so that a request for one can be refused by name.

    npm run generate:models
"""

import gzip
import json
import pathlib

import botocore

HERE = pathlib.Path(__file__).parent

TAGS = ["TagResource", "UntagResource", "ListTagsForResource"]

SERVED = {
    "chime-sdk-voice": [
        "CreateSipMediaApplication",
        "GetSipMediaApplication",
        "ListSipMediaApplications",
        "UpdateSipMediaApplication",
        "DeleteSipMediaApplication",
        "GetSipMediaApplicationLoggingConfiguration",
        "PutSipMediaApplicationLoggingConfiguration",
        "CreateSipMediaApplicationCall",
        "UpdateSipMediaApplicationCall",
        "CreateSipRule",
        "GetSipRule",
        "ListSipRules",
        "UpdateSipRule",
        "DeleteSipRule",
        "SearchAvailablePhoneNumbers",
        "ListSupportedPhoneNumberCountries",
        "CreatePhoneNumberOrder",
        "GetPhoneNumberOrder",
        "ListPhoneNumberOrders",
        "ListPhoneNumbers",
        "GetPhoneNumber",
        "UpdatePhoneNumber",
        "DeletePhoneNumber",
        "RestorePhoneNumber",
        "GetGlobalSettings",
        "UpdateGlobalSettings",
        "GetPhoneNumberSettings",
        "UpdatePhoneNumberSettings",
        "BatchDeletePhoneNumber",
        "BatchUpdatePhoneNumber",
        "AssociatePhoneNumbersWithVoiceConnector",
        "AssociatePhoneNumbersWithVoiceConnectorGroup",
        "DisassociatePhoneNumbersFromVoiceConnector",
        "DisassociatePhoneNumbersFromVoiceConnectorGroup",
        "GetSipMediaApplicationAlexaSkillConfiguration",
        "PutSipMediaApplicationAlexaSkillConfiguration",
        "CreateVoiceConnector",
        "GetVoiceConnector",
        "ListVoiceConnectors",
        "UpdateVoiceConnector",
        "DeleteVoiceConnector",
        "GetVoiceConnectorOrigination",
        "PutVoiceConnectorOrigination",
        "DeleteVoiceConnectorOrigination",
        "GetVoiceConnectorTermination",
        "PutVoiceConnectorTermination",
        "DeleteVoiceConnectorTermination",
        "GetVoiceConnectorStreamingConfiguration",
        "PutVoiceConnectorStreamingConfiguration",
        "DeleteVoiceConnectorStreamingConfiguration",
        "GetVoiceConnectorEmergencyCallingConfiguration",
        "PutVoiceConnectorEmergencyCallingConfiguration",
        "DeleteVoiceConnectorEmergencyCallingConfiguration",
        "GetVoiceConnectorExternalSystemsConfiguration",
        "PutVoiceConnectorExternalSystemsConfiguration",
        "DeleteVoiceConnectorExternalSystemsConfiguration",
        "GetVoiceConnectorProxy",
        "PutVoiceConnectorProxy",
        "DeleteVoiceConnectorProxy",
        "GetVoiceConnectorLoggingConfiguration",
        "PutVoiceConnectorLoggingConfiguration",
        "PutVoiceConnectorTerminationCredentials",
        "ListVoiceConnectorTerminationCredentials",
        "DeleteVoiceConnectorTerminationCredentials",
        "ListAvailableVoiceConnectorRegions",
        "CreateVoiceConnectorGroup",
        "GetVoiceConnectorGroup",
        "ListVoiceConnectorGroups",
        "UpdateVoiceConnectorGroup",
        "DeleteVoiceConnectorGroup",
        *TAGS,
    ],
    "chime-sdk-meetings": [
        "CreateMeeting",
        "CreateMeetingWithAttendees",
        "GetMeeting",
        "DeleteMeeting",
        "CreateAttendee",
        "BatchCreateAttendee",
        "GetAttendee",
        "ListAttendees",
        "DeleteAttendee",
        "UpdateAttendeeCapabilities",
        "BatchUpdateAttendeeCapabilitiesExcept",
        *TAGS,
        "StartMeetingTranscription",
        "StopMeetingTranscription",
    ],
}


def read_service(name):
    """Returns the newest service model of that name and its version."""
    folder = sorted((pathlib.Path(botocore.__file__).parent / "data" / name).iterdir())[-1]
    with gzip.open(folder / "service-2.json.gz") as source:
        return json.load(source), folder.name


def anchored(pattern):
    """Anchors a pattern: the service matches whole values, but not all patterns in the model are anchored."""
    return f"^(?:{pattern})$"


def schema_of(shape_name, shapes, done):
    """Returns the JSON Schema of one shape. Structures are added to `done` and referenced."""
    shape = shapes[shape_name]
    kind = shape["type"]
    if kind == "structure":
        if shape_name not in done:
            done[shape_name] = {}
            done[shape_name].update(structure_schema(shape, shapes, done))
        return {"$ref": f"#/$defs/{shape_name}"}
    if kind == "list":
        schema = {"type": "array", "items": schema_of(shape["member"]["shape"], shapes, done)}
        bounds = ("minItems", "maxItems")
    elif kind == "map":
        schema = {
            "type": "object",
            "propertyNames": schema_of(shape["key"]["shape"], shapes, done),
            "additionalProperties": schema_of(shape["value"]["shape"], shapes, done),
        }
        bounds = ("minProperties", "maxProperties")
    elif kind == "string":
        schema = {"type": "string"}
        if "pattern" in shape:
            schema["pattern"] = anchored(shape["pattern"])
        if "enum" in shape:
            schema["enum"] = shape["enum"]
        bounds = ("minLength", "maxLength")
    elif kind in ("integer", "long"):
        schema = {"type": "integer"}
        bounds = ("minimum", "maximum")
    elif kind == "boolean":
        return {"type": "boolean"}
    else:
        raise ValueError(f"no rule for a {kind} in a request: {shape_name}")
    for bound, key in zip(bounds, ("min", "max")):
        if key in shape:
            schema[bound] = shape[key]
    if shape.get("sensitive"):
        schema["sensitive"] = True
    return schema


def structure_schema(shape, shapes, done):
    schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            name: schema_of(member["shape"], shapes, done) for name, member in shape["members"].items()
        },
    }
    if shape.get("required"):
        schema["required"] = shape["required"]
    return schema


def operation_of(operation, shapes, done):
    entry = {
        "method": operation["http"]["method"],
        "uri": operation["http"]["requestUri"],
        "status": operation["http"].get("responseCode", 200),
        "errors": sorted(error["shape"] for error in operation.get("errors", [])),
    }
    if "input" in operation:
        name = operation["input"]["shape"]
        schema_of(name, shapes, done)
        entry["input"] = name
        members = shapes[name]["members"]
        for location, key in (("uri", "labels"), ("querystring", "query")):
            found = {
                name: member["locationName"]
                for name, member in members.items()
                if member.get("location") == location
            }
            if found:
                entry[key] = found
    return entry


def generate(name):
    service, version = read_service(name)
    shapes, operations = service["shapes"], service["operations"]
    defs = {}
    served = {n: operation_of(operations[n], shapes, defs) for n in SERVED[name]}
    used = {error for operation in served.values() for error in operation["errors"]}
    model = {
        "source": f"botocore {botocore.__version__}, data/{name}/{version}/service-2.json (Apache-2.0)",
        "service": name,
        "apiVersion": version,
        "signingName": service["metadata"]["signingName"],
        "operations": served,
        "notServed": {
            n: [o["http"]["method"], o["http"]["requestUri"]]
            for n, o in sorted(operations.items())
            if n not in served
        },
        "errors": {n: shapes[n]["error"]["httpStatusCode"] for n in sorted(used)},
        "$defs": defs,
    }
    target = HERE / name / "model.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(model, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


for service_name in SERVED:
    generate(service_name)
