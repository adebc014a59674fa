// A household's card opens its page by itself: its code is the part of the address that no server is sent. The form takes
// it, and the address forgets it, so that whoever passes the page on passes no card on.

const form = document.getElementById("card-form");
const code = location.hash.slice(1);

if (form && code) {
  history.replaceState(null, "", location.pathname);
  form.elements.code.value = code;
  if (!document.querySelector(".wrong")) form.submit();
}
