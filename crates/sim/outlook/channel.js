// One conversation with a frame over Microsoft's postMessage protocol (office-js.md §1.5).
//
// Invariant: every request gets exactly one answer, unless a fault was asked for or the protocol
// expects none; messages from any other window or origin are not read.

const REQUEST = 0;
const RESPONSE = 1;
const INVOKE = 0;
const REGISTER = 1;
const FOR_CALLING = 0;
const FOR_EVENTING = 1;
const ERROR_HANDLING_REQUEST = -2;

/** An answer that is never sent. */
export const SILENCE = Symbol("silence");

/** A failure of the transport itself, after which the library calls nobody back. */
export class TransportError extends Error {}

export class Channel {
  /**
   * @param frame     the iframe element
   * @param origin    the add-in's origin; nothing else is listened to
   * @param names     conversation and control ids, as written into the frame's name
   * @param handlers  invoke(action, data), registered(event, data), unregistered(event, data), listening(event)
   *                  once the frame was told that its registration holds
   */
  constructor(frame, origin, names, handlers) {
    this.frame = frame;
    this.origin = origin;
    this.names = names;
    this.handlers = handlers;
    this.events = new Set();
    this.listener = (event) => this.#receive(event);
    window.addEventListener("message", this.listener);
  }

  close() {
    window.removeEventListener("message", this.listener);
    this.events.clear();
  }

  /** Raises an event, if the frame has asked for it. */
  raise(name, data) {
    if (!this.events.has(name)) return false;
    this.#post({ _actionName: name, _correlationId: 0, _data: data, _errorCode: 0, _responseType: FOR_EVENTING });
    return true;
  }

  async #receive(event) {
    if (event.source !== this.frame.contentWindow || event.origin !== this.origin) return;
    if (typeof event.data !== "string") return;
    let request;
    try {
      request = JSON.parse(event.data);
    } catch {
      return;
    }
    if (request?._messageType !== REQUEST || request._conversationId !== this.names.conversation) return;
    try {
      const data = await this.#answer(request);
      if (data !== SILENCE) this.#reply(request, data, 0);
      if (request._actionType === REGISTER && data.Error === 0) this.handlers.listening?.(request._actionName);
    } catch (failure) {
      if (!(failure instanceof TransportError)) console.error(failure);
      this.#reply(request, null, ERROR_HANDLING_REQUEST);
    }
  }

  async #answer(request) {
    const name = request._actionName;
    if (request._actionType === INVOKE) return this.handlers.invoke(name, request._data);
    if (request._actionType === REGISTER) {
      const refusal = this.handlers.registered?.(name, request._data);
      if (refusal) return { Error: refusal };
      this.events.add(name);
      return { Error: 0 };
    }
    this.events.delete(name);
    this.handlers.unregistered?.(name, request._data);
    return { Error: 0 };
  }

  #reply(request, data, code) {
    this.#post({
      _actionName: request._actionName,
      _correlationId: request._correlationId,
      _data: data,
      _errorCode: code,
      _responseType: FOR_CALLING,
    });
  }

  #post(message) {
    const envelope = {
      _messageType: RESPONSE,
      _conversationId: this.names.conversation,
      _origin: window.location.origin,
      _serializerVersion: 1,
      ...message,
    };
    this.frame.contentWindow?.postMessage(JSON.stringify(envelope), this.origin);
  }
}
