// @ts-check
import { startPage } from "../app.js"

/** A page with elements only, such as the page of an error. */
startPage()
