"""Serves echo.proto and health.proto on a free port and prints that port."""
import threading
from concurrent import futures

import grpc

from echo import FAIL_DETAIL, FAIL_TEXT, decode, encode, exit_with_parent


def say_cancelled(context):
    finished = threading.Event()
    context.add_callback(finished.set)
    finished.wait(20)
    print("cancelled", flush=True)


def unary(data, context):
    request = decode(data)
    context.send_initial_metadata([(k, v) for k, v in context.invocation_metadata() if k in ("x-text", "x-data-bin")])
    trailers = [("echo-trailer", "end")]
    if request["text"] == "boom":
        raise ValueError("inner secret")
    if request["text"] == "fail":
        context.set_trailing_metadata(trailers + [("reason", "test"), ("detail-bin", FAIL_DETAIL)])
        context.abort(grpc.StatusCode.INVALID_ARGUMENT, FAIL_TEXT)
    if request["text"] == "wait":
        say_cancelled(context)
    context.set_trailing_metadata(trailers)
    return data


def expand(data, context):
    request = decode(data)
    for i in range(request["count"]):
        yield encode(request["text"], request["payload"], i)
    if request["text"] == "fail":
        context.abort(grpc.StatusCode.ABORTED, f"after {request['count']}")
    if request["text"] == "wait":
        say_cancelled(context)


def collect(requests, context):
    return encode(count=sum(decode(r)["count"] for r in requests))


def chat(requests, context):
    context.send_initial_metadata([])
    try:
        for data in requests:
            if decode(data)["text"] == "close":
                return
            yield data
    except Exception:
        print("cancelled", flush=True)
        raise


def check(data, context):
    if data:
        context.abort(grpc.StatusCode.NOT_FOUND, "unknown")
    return b"\x08\x01"


def watch(data, context):
    yield b"\x08\x01"
    say_cancelled(context)


exit_with_parent()
server = grpc.server(futures.ThreadPoolExecutor(16))
server.add_generic_rpc_handlers((
    grpc.method_handlers_generic_handler("teetee.test.Echo", {
        "Unary": grpc.unary_unary_rpc_method_handler(unary),
        "Expand": grpc.unary_stream_rpc_method_handler(expand),
        "Collect": grpc.stream_unary_rpc_method_handler(collect),
        "Chat": grpc.stream_stream_rpc_method_handler(chat),
    }),
    grpc.method_handlers_generic_handler("grpc.health.v1.Health", {
        "Check": grpc.unary_unary_rpc_method_handler(check),
        "Watch": grpc.unary_stream_rpc_method_handler(watch),
    })))
port = server.add_insecure_port("127.0.0.1:0")
server.start()
print(port, flush=True)
server.wait_for_termination()
