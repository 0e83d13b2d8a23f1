// Where the rail runs sideways, as on a phone, the room one is in stands in view.
const here = document.querySelector(".rail [aria-current]");
here?.closest("nav").scrollTo({ left: here.offsetLeft - innerWidth / 3 });
