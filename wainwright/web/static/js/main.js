// Every page works without these; each makes one thing nicer.
import "./once.js";
import "./copy.js";
import "./dialog.js";
import "./menu.js";
import "./focus.js";
import "./filters.js";
import "./hotkey.js";
import "./updates.js";
import "./rail.js";
