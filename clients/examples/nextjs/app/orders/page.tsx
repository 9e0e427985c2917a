import { redirect } from "next/navigation";
import { auth, getToken } from "../../auth";

const API = process.env.ORDERS_URL ?? "http://127.0.0.1:8001";

export default async function Orders() {
  if (!(await auth())) redirect("/api/auth/login?returnTo=/orders");
  const headers = { Authorization: `Bearer ${await getToken()}` };
  const response = await fetch(`${API}/orders`, { headers, cache: "no-store" });
  return (
    <main>
      <h1>Your orders</h1>
      <output>{await response.text()}</output>
    </main>
  );
}
