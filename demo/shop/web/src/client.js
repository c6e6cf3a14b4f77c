const list = document.querySelector("#orders");

for (const order of await (await fetch("/api/orders")).json()) {
  const item = document.createElement("li");
  item.textContent = `${order.quantity} × ${order.article}`;
  list.append(item);
}
