"""JSON-RPC as the Language Server Protocol wants it: what may come when, and an answer to whatever comes.

pygls does the rest: it structures parameters, calls handlers, and sends what they return. The messages of every
keystroke have lean handlers, which take and give plain JSON.
"""

from __future__ import annotations

import asyncio
import contextvars
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from itertools import count
from time import perf_counter
from typing import TYPE_CHECKING, Any

from cattrs import transform_error
from lsprotocol import types as lsp
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInternalError,
    JsonRpcInvalidParams,
    JsonRpcInvalidRequest,
    JsonRpcMethodNotFound,
    JsonRpcParseError,
    JsonRpcRequestCancelled,
    JsonRpcServerNotInitialized,
)
from pygls.protocol import LanguageServerProtocol

if TYPE_CHECKING:
    from layerwise.lsp.server import Server

RequestId = int | str
Params = Mapping[str, Any]
LeanRequest = Callable[[RequestId, Params], str | Awaitable[str]]
"""Gives the JSON of the whole answer."""
LeanNotification = Callable[[Params], None]

logger = logging.getLogger(__name__)
_json = partial(json.dumps, separators=(",", ":"))
_TRACED = 10_000
"""So many characters of a message are traced at most."""


class Protocol(LanguageServerProtocol):
    """One conversation with a client."""

    _server: Server

    def __init__(self, server: Server, converter: Any) -> None:
        super().__init__(server, converter)
        self.lean_requests: dict[str, LeanRequest] = {}
        self.lean_notifications: dict[str, LeanNotification] = {lsp.CANCEL_REQUEST: self._cancel}
        self.initialize_params: Params = {}
        self._has_begun = False
        self._lean_work: dict[RequestId, asyncio.Handle | asyncio.Future[str]] = {}
        self._asked: dict[RequestId, asyncio.Future[Any]] = {}
        self._numbers = count(1)

    # What comes in

    def receive(self, body: bytes) -> None:
        """Take a message. Whatever it is, this returns; whatever wants an answer gets one."""
        began = perf_counter()
        try:
            message = json.loads(body)
        except (ValueError, RecursionError) as error:
            logger.warning("A message is not JSON: %s", error)
            self.refuse(None, JsonRpcParseError(f"not JSON: {error}"))
            return
        try:
            self._dispatch(message)
        except Exception as error:
            self._answer_error(_request_of(message), error)
        if self.trace is not lsp.TraceValue.Off and isinstance(message, dict):
            self._trace(message, perf_counter() - began)

    def receive_noise(self, error: Exception) -> None:
        """Take something that is no message."""
        logger.warning("Noise in the input: %s", error)
        self.refuse(None, JsonRpcParseError(str(error)))

    @property
    def is_shutting_down(self) -> bool:
        return self._shutdown

    def refuse(self, request: RequestId | None, error: JsonRpcException) -> None:
        """Answer a request with an error; None for what has no id that could be read."""
        problem = {"code": error.code, "message": error.message}
        self.send(_json({"jsonrpc": "2.0", "id": request, "error": problem}))

    def _dispatch(self, message: Any) -> None:
        if not isinstance(message, dict):
            self.refuse(None, JsonRpcInvalidRequest("a message is an object"))
            return
        method, request = message.get("method"), message.get("id")
        if method is None and "id" in message and ("result" in message or "error" in message):
            self._take_answer(message)
        elif not isinstance(method, str) or message.get("jsonrpc") != "2.0" or not _is_id(request, message):
            self.refuse(request if _is_id(request, message) else None, JsonRpcInvalidRequest("not a JSON-RPC message"))
        elif request is None:
            self._take_notification(method, message)
        else:
            self._take_request(request, method, message)

    def _take_request(self, request: RequestId, method: str, message: dict[str, Any]) -> None:
        out_of_turn = self._out_of_turn(method)
        if out_of_turn:
            self.refuse(request, out_of_turn)
            return
        if method == lsp.SHUTDOWN:
            self._end(request)
            return
        params: Any = message.get("params")
        lean = self.lean_requests.get(method)
        if lean:
            # It begins when all that has arrived is read, so that it can be cancelled, and sees the newest text.
            begin = partial(self._begin_lean, request, lean, params if isinstance(params, dict) else {})
            self._lean_work[request] = asyncio.get_running_loop().call_soon(begin)
            return
        if method == lsp.INITIALIZE:
            message = self._initialization(message)
        try:
            params = self._structured(method, message)
        except JsonRpcException as error:
            self.refuse(request, error)
            return
        if method == lsp.WORKSPACE_EXECUTE_COMMAND and params.arguments is None:
            params.arguments = []  # Else pygls calls the command without looking what it takes.
        self._has_begun = True
        contextvars.copy_context().run(self._handle_request, request, method, params)

    def _take_notification(self, method: str, message: dict[str, Any]) -> None:
        if method == lsp.EXIT:
            self._server.stop(0 if self._shutdown else 1)
        if self._shutdown or not self._has_begun or method == lsp.EXIT:
            return
        lean = self.lean_notifications.get(method)
        if lean:
            params = message.get("params")
            lean(params if isinstance(params, dict) else {})
            return
        try:
            params = self._structured(method, message)
        except JsonRpcMethodNotFound:
            logger.debug("Nothing is done about %s", method)
        except JsonRpcException as error:
            logger.warning("%s: %s", method, error.message)
        else:
            contextvars.copy_context().run(self._handle_notification, method, params)

    def _out_of_turn(self, method: str) -> JsonRpcException | None:
        if self._shutdown:
            return JsonRpcInvalidRequest("the server is shutting down")
        if self._has_begun:
            return JsonRpcInvalidRequest("initialize was sent before") if method == lsp.INITIALIZE else None
        return None if method == lsp.INITIALIZE else JsonRpcServerNotInitialized("initialize comes first")

    def _initialization(self, message: dict[str, Any]) -> dict[str, Any]:
        """``initialize`` with only those capabilities that pygls looks at. Ours are read from ``initialize_params``:
        a client that knows a later version of the protocol must not be refused for a value that is new in it."""
        params = message.get("params")
        if not isinstance(params, dict) or not isinstance(params.get("capabilities"), dict):
            return message
        self.initialize_params = params
        encodings = {"positionEncodings": [self._server.meet(params).encoding.value]}
        kept = {key: params.get(key) for key in ("processId", "rootUri", "workspaceFolders") if key in params}
        return {**message, "params": {**kept, "capabilities": {"general": encodings}}}

    def _structured(self, method: str, message: dict[str, Any]) -> Any:
        """The parameters of a message in lsprotocol's types."""
        if method not in self.fm.features and method not in self.fm.builtin_features:
            raise JsonRpcMethodNotFound.of(method)
        kind: Any = self.get_message_type(method)
        try:
            return self._converter.structure(message, kind).params
        except Exception as error:
            raise JsonRpcInvalidParams("; ".join(transform_error(error)) or str(error)) from error

    def _execute_handler(self, msg_id: Any, *args: Any, **kwargs: Any) -> None:
        """pygls keeps the future of a notification for ever; here it goes when it is done."""
        super()._execute_handler(msg_id, *args, **kwargs)
        future = self._request_futures.get(msg_id)
        if future is not None:
            future.add_done_callback(lambda _: self._request_futures.pop(msg_id, None))

    # Lean requests

    def _begin_lean(self, request: RequestId, lean: LeanRequest, params: Params) -> None:
        self._lean_work.pop(request, None)
        try:
            answer = lean(request, params)
        except Exception as error:
            self._answer_error(request, error)
            return
        if isinstance(answer, str):
            self.send(answer)
            return
        work = asyncio.ensure_future(answer)
        self._lean_work[request] = work
        work.add_done_callback(partial(self._end_lean, request))

    def _end_lean(self, request: RequestId, work: asyncio.Future[str]) -> None:
        if self._lean_work.pop(request, None) is None:
            return
        if work.cancelled():
            self.refuse(request, JsonRpcRequestCancelled())
            return
        error = work.exception()
        if error:
            self._answer_error(request, error)
        else:
            self.send(work.result())

    def _answer_error(self, request: RequestId | None, error: BaseException) -> None:
        """Answer a request with what went wrong; of a notification, which has no answer, only the log will tell."""
        if not isinstance(error, JsonRpcException):
            self._server.guard.report(error)
            if request is None:
                return
            error = JsonRpcInternalError(f"{type(error).__name__}: {error}")
        if request is None:
            logger.warning("A notification cannot be read: %s", error.message)
        else:
            self.refuse(request, error)

    def _cancel(self, params: Params) -> None:
        request = params.get("id")
        if not isinstance(request, int | str):
            return
        work = self._lean_work.pop(request, None)
        if work is not None:
            work.cancel()
            self.refuse(request, JsonRpcRequestCancelled())
        elif request in self._request_futures:
            self._handle_cancel_notification(request)

    def _end(self, request: RequestId) -> None:
        """``shutdown``: what is still being worked on is given up."""
        self._shutdown = True
        for other in list(self._lean_work):
            self._cancel({"id": other})
        for other in list(self._request_futures):
            self._handle_cancel_notification(other)
        self.send(_json({"jsonrpc": "2.0", "id": request, "result": None}))

    # What goes out

    def ask(self, method: str, params: Params | None) -> asyncio.Future[Any]:
        """Send a request of ours. The future has the result as plain JSON, or a ``JsonRpcException``."""
        request = f"layerwise-{next(self._numbers)}"
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._asked[request] = future
        message = {"jsonrpc": "2.0", "id": request, "method": method}
        self.send(_json(message if params is None else {**message, "params": params}))
        return future

    def _take_answer(self, message: dict[str, Any]) -> None:
        future = self._asked.pop(message["id"], None) if isinstance(message["id"], str) else None
        if future is None or future.done():
            return
        error = message.get("error")
        if isinstance(error, dict):
            future.set_exception(JsonRpcException(str(error.get("message", "")), code=error.get("code")))
        else:
            future.set_result(message.get("result"))

    def plain(self, data: Any) -> Any:
        """What lsprotocol's types hold, as plain JSON."""
        return self._converter.unstructure(data)

    def tell(self, method: str, params: Params) -> None:
        """Send a notification."""
        self.send(_json({"jsonrpc": "2.0", "method": method, "params": params}))

    def send(self, body: str) -> None:
        """Send a message that is JSON already."""
        if self.writer is None:
            return
        data = body.encode()
        if self._include_headers:
            data = b"Content-Length: %d\r\n\r\n%s" % (len(data), data)
        try:
            self.writer.write(data)
        except OSError:
            self._server.stop(1)

    def _send_data(self, data: Any) -> None:
        self.send(_json(data, default=self._serialize_message))

    def _trace(self, message: dict[str, Any], seconds: float) -> None:
        what = message.get("method") or "an answer"
        number = f" ({message['id']})" if "id" in message else ""
        params = {"message": f"{what}{number} was taken in {seconds * 1000:.1f} ms"}
        if self.trace is lsp.TraceValue.Verbose:
            params["verbose"] = json.dumps(message.get("params", message.get("result")), ensure_ascii=False)[:_TRACED]
        self.tell(lsp.LOG_TRACE, params)


def _request_of(message: Any) -> RequestId | None:
    """The id under which a message wants an answer."""
    if not isinstance(message, dict) or "method" not in message or not _is_id(message.get("id"), message):
        return None
    request: RequestId | None = message.get("id")
    return request


def _is_id(request: Any, message: Mapping[str, Any]) -> bool:
    """Whether an id is one, or may be missing."""
    if request is None:
        return "id" not in message
    return isinstance(request, int | str) and not isinstance(request, bool)
