/* Progressive enhancement only: every page works without these modules. */
import "./theme.js";
import "./rail.js";
import "./overlays.js";
import "./keys.js";
import "./select.js";
import "./requests.js";
import "./typed.js";
import "./drop.js";
import "./live.js";
import "./replies.js";
import "./copy.js";
import "./mentions.js";
