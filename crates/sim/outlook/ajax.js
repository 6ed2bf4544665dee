// The few members of MicrosoftAjax.js that Microsoft's Outlook library asks for.
// Written from what the library calls; none of Microsoft's text is in it.
(function () {
  "use strict";

  var sys = (window.Sys = window.Sys || {});
  var type = (window.Type = Function);

  type.__typeName = "Function";
  type.registerNamespace = function (name) {
    name.split(".").reduce(function (parent, part) {
      return (parent[part] = parent[part] || {});
    }, window);
  };
  type.registerClass = function (name) {
    return name;
  };
  Function.prototype.registerClass = function () {
    return this;
  };
  Function.createDelegate = function (instance, method) {
    return function () {
      return method.apply(instance, arguments);
    };
  };
  // The real one returns an error to throw, or null; arguments are taken as they are.
  Function._validateParams = function () {
    return null;
  };
  Function._validateParameter = function () {
    return null;
  };

  sys.StringBuilder = function (first) {
    var parts = first === undefined ? [] : [first];
    this.append = function (text) {
      parts.push(text);
      return this;
    };
    this.toString = function (separator) {
      return parts.join(separator || "");
    };
  };
  sys.Serialization = {
    JavaScriptSerializer: {
      serialize: function (value) {
        return JSON.stringify(value);
      },
      deserialize: function (text) {
        return JSON.parse(text);
      },
    },
  };
  sys.Browser = { agent: "Chromium", InternetExplorer: "InternetExplorer" };
  sys.Debug = {
    trace: function (text) {
      if (window.console) console.debug(text);
    },
  };

  function failure(name) {
    return function (first, second) {
      var message = [first, second].filter(Boolean).join(": ");
      var error = new Error("Sys." + name + ": " + message);
      error.name = "Sys." + name;
      return error;
    };
  }
  Error.create = function (message, details) {
    return Object.assign(new Error(message), details);
  };
  Error.argument = failure("ArgumentException");
  Error.argumentNull = failure("ArgumentNullException");
  Error.argumentOutOfRange = failure("ArgumentOutOfRangeException");
  Error.argumentType = failure("ArgumentTypeException");
  Error.argumentUndefined = failure("ArgumentUndefinedException");
  Error.parameterCount = failure("ParameterCountException");
  Error.invalidOperation = failure("InvalidOperationException");
  Error.notImplemented = failure("NotImplementedException");

  String.format = function (text) {
    var values = Array.prototype.slice.call(arguments, 1);
    return text.replace(/\{(\d+)\}/g, function (whole, index) {
      return values[index] === undefined ? whole : values[index];
    });
  };
})();
