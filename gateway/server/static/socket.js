// graphql-transport-ws, as much of it as one subscription needs.

// `on`: { next(payload), error(errors), end(reason) }; `end` comes once. Returns what stops it.
export function subscribe(url, token, request, on) {
  const socket = new WebSocket(url, "graphql-transport-ws");
  let ended = false;
  const end = (reason) => {
    if (!ended) { ended = true; on.end(reason); }
    socket.close(1000);
  };
  const send = (message) => socket.send(JSON.stringify(message));
  socket.addEventListener("open", () => {
    send({ type: "connection_init", payload: token ? { Authorization: `Bearer ${token}` } : {} });
  });
  socket.addEventListener("message", (event) => {
    const message = JSON.parse(event.data);
    if (message.type === "connection_ack") send({ type: "subscribe", id: "1", payload: request });
    else if (message.type === "ping") send({ type: "pong" });
    else if (message.type === "next") on.next(message.payload);
    else if (message.type === "error") { on.error(message.payload); end("error"); }
    else if (message.type === "complete") end("complete");
  });
  socket.addEventListener("close", (event) => end(`${event.code} ${event.reason}`));
  return () => {
    if (socket.readyState === WebSocket.OPEN) send({ type: "complete", id: "1" });
    end("stopped");
  };
}
