"""Runs every scenario against the server at argv[1] and prints one JSON object: scenario -> what was seen."""
import json
import os
import queue
import sys
import threading

import grpc

from echo import decode, encode, exit_with_parent

MIB = 1024 * 1024
exit_with_parent()
channel = grpc.insecure_channel(sys.argv[1], options=[
    ("grpc.max_receive_message_length", 8 * MIB), ("grpc.max_send_message_length", 16 * MIB),
    ("grpc.enable_http_proxy", 0)])
unary = channel.unary_unary("/teetee.test.Echo/Unary")
expand = channel.unary_stream("/teetee.test.Echo/Expand")
collect = channel.stream_unary("/teetee.test.Echo/Collect")
chat = channel.stream_stream("/teetee.test.Echo/Chat")
check = channel.unary_unary("/grpc.health.v1.Health/Check")
watch = channel.unary_stream("/grpc.health.v1.Health/Watch")
STATUS = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"]


def plain(metadata):
    return {k: (v.hex() if isinstance(v, bytes) else v) for k, v in metadata or ()}


def failure(e):
    return {"code": e.code().value[0], "details": e.details(), "trailers": plain(e.trailing_metadata())}


def one(method, request, **options):
    try:
        response, call = method.with_call(request, timeout=options.pop("timeout", 20), **options)
    except grpc.RpcError as e:
        return failure(e)
    return {"code": 0, "response": response, "headers": plain(call.initial_metadata()),
            "trailers": plain(call.trailing_metadata())}


def drain(call, on_data=lambda m: None):
    counts = []
    try:
        for data in call:
            message = decode(data)
            counts.append(message["count"])
            on_data(message)
    except (grpc.RpcError, grpc.FutureCancelledError):
        pass
    return {"code": call.code().value[0], "details": call.details(), "counts": counts}


def status_of(data):
    return STATUS[decode_status(data)]


def decode_status(data):
    return data[1] if data else 0


def s_unary():
    r = one(unary, encode("\u00fc", b"\1\2", 7),
            metadata=(("x-text", "from python"), ("x-data-bin", bytes([0, 255, 7]))))
    m = decode(r.pop("response"))
    return {**r, "text": m["text"], "count": m["count"], "size": len(m["payload"])}


def s_cancel():
    call = unary.future(encode("wait"))
    threading.Timer(1.0, call.cancel).start()
    try:
        call.result(20)
    except (grpc.RpcError, grpc.FutureCancelledError):
        pass
    return {"code": call.code().value[0]}


def s_large():
    r = one(unary, encode(payload=b"\x5a" * (3 * MIB)))
    payload = decode(r["response"])["payload"]
    return {"code": r["code"], "size": len(payload), "intact": payload == b"\x5a" * (3 * MIB)}


def s_sum():
    r = one(collect, (encode(count=i) for i in range(100)))
    return {"code": r["code"], "count": decode(r["response"])["count"]}


def s_chat():
    requests = queue.Queue()
    requests.put(encode(count=0))
    call = chat(iter(requests.get, None), timeout=20)
    return drain(call, lambda m: requests.put(encode(count=m["count"] + 1) if m["count"] < 999 else None))


def s_chat_close():
    requests = queue.Queue()
    requests.put(encode(count=1))
    requests.put(encode("close"))
    return drain(chat(iter(requests.get, None), timeout=20))


def s_health():
    r = one(check, b"")
    return {"code": r["code"], "status": status_of(r["response"])}


def s_watch():
    call = watch(b"", timeout=20)
    status = status_of(next(call))
    call.cancel()
    return {"code": call.code().value[0], "status": status}


def s_chat_cancel():
    requests = queue.Queue()
    requests.put(encode("cancel me", count=1))
    call = chat(iter(requests.get, None), timeout=20)
    return drain(call, lambda m: call.cancel())


scenarios = {
    "unary": s_unary,
    "fail": lambda: one(unary, encode("fail")),
    "boom": lambda: one(unary, encode("boom")),
    "deadline": lambda: one(unary, encode("wait"), timeout=2),
    "cancel": s_cancel,
    "large": s_large,
    "tooBig": lambda: one(unary, encode(payload=bytes(5 * MIB))),
    "unknown": lambda: one(channel.unary_unary("/teetee.test.Echo/Missing"), b""),
    "expand": lambda: drain(expand(encode(count=100), timeout=20)),
    "expandFail": lambda: drain(expand(encode("fail", count=3), timeout=20)),
    "sum": s_sum,
    "chat": s_chat,
    "burst": lambda: drain(chat((encode(count=i) for i in range(1000)), timeout=20)),
    "chatClose": s_chat_close,
    "health": s_health,
    "healthUnknown": lambda: one(check, b"\x0a\x06nobody"),
    "watch": s_watch,
    "chatCancel": s_chat_cancel,
}
results = {}
for name, run in scenarios.items():
    try:
        results[name] = run()
    except Exception as e:  # A scenario that breaks is a result too; the test shows it.
        results[name] = {"thrown": repr(e)}
print(json.dumps(results, default=lambda b: b.hex()), flush=True)
os._exit(0)
