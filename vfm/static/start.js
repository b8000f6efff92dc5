// Says to the stylesheet that scripts run; an external file so that no inline script is ever allowed.
document.body.className += " js-enabled" + ("noModule" in HTMLScriptElement.prototype ? " govuk-frontend-supported" : "");
