// A page that was mailed is alone, so paths of other files are text. In the results folder, they become links.
if (location.pathname.endsWith("/results/report.html")) {
  for (const path of document.querySelectorAll("code.path")) {
    const link = document.createElement("a");
    link.href = path.textContent.replace(/^results\//, "");
    path.replaceWith(link);
    link.append(path);
  }
}
