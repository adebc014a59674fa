// On the notice board a script has one task: to compare the log with what this phone saw of it last.

import { showMemory } from "./card.js";

showMemory();
