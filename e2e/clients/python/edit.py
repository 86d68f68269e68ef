"""Edits a picture: python edit.py ADDRESS PICTURE MASK PROMPT RESULT

ADDRESS is host:port of a gateway, or several with commas between. An API key is read from INSTGENIE_API_KEY.
The imported modules are made from the proto:

    pip install -r requirements.txt
    python -m grpc_tools.protoc -I proto --python_out=. --grpc_python_out=. proto/instgenie/v1/*.proto
"""

import json
import os
import sys
import uuid
from pathlib import Path

import grpc
from instgenie.v1 import edits_pb2, edits_pb2_grpc, templates_pb2, templates_pb2_grpc

MIB = 1024 * 1024
DEADLINE_S = 60

# As published in docs/clients.md: a call is sent again where the server is away, and is the same edit by its request_id.
SERVICE_CONFIG = {
    "methodConfig": [
        {
            "name": [{"service": "instgenie.v1.EditService"}, {"service": "instgenie.v1.TemplateService"}],
            "retryPolicy": {
                "maxAttempts": 3,
                "initialBackoff": "0.1s",
                "maxBackoff": "2s",
                "backoffMultiplier": 2,
                "retryableStatusCodes": ["UNAVAILABLE"],
            },
        }
    ],
    "retryThrottling": {"maxTokens": 260, "tokenRatio": 0.1},
}


def connect(address):
    return grpc.insecure_channel(
        f"ipv4:{address}",
        options=[
            ("grpc.service_config", json.dumps(SERVICE_CONFIG)),
            ("grpc.max_receive_message_length", 32 * MIB),
            ("grpc.per_rpc_retry_buffer_size", 33 * MIB),
        ],
    )


def parts(picture, settings):
    yield templates_pb2.CreateTemplateRequest(settings=settings)
    for at in range(0, len(picture), 256 * 1024):
        yield templates_pb2.CreateTemplateRequest(data=picture[at : at + 256 * 1024])


def main(address, picture, mask, prompt, result):
    key = os.environ.get("INSTGENIE_API_KEY")
    call = {"timeout": DEADLINE_S, "metadata": [("authorization", f"Bearer {key}")] if key else []}
    with connect(address) as channel:
        templates = templates_pb2_grpc.TemplateServiceStub(channel)
        edits = edits_pb2_grpc.EditServiceStub(channel)
        settings = templates_pb2.TemplateSettings(name="from Python", steps=4)
        template = templates.CreateTemplate(parts(Path(picture).read_bytes(), settings), **call).template

        edit = edits_pb2.EditSpec(template_id=template.template_id, mask=Path(mask).read_bytes(), prompt=prompt, seed=7)
        request = edits_pb2.StreamEditRequest(request_id=str(uuid.uuid4()), edit=edit, previews=1)
        for news in edits.StreamEdit(request, **call):
            print(news.WhichOneof("event"), file=sys.stderr)

        # The same request_id again: the same answer, and nothing is computed.
        answer = edits.Edit(edits_pb2.EditRequest(request_id=request.request_id, edit=edit), **call)
        [edited] = answer.pictures
        Path(result).write_bytes(edited.image)
        print(json.dumps({"template": template.template_id, "seed": edited.seed, "worker": edited.worker}))

        try:
            edits.Edit(edits_pb2.EditRequest(edit=edits_pb2.EditSpec(prompt=prompt)), **call)
        except grpc.RpcError as error:
            print(json.dumps({"code": error.code().name, "message": error.details()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
