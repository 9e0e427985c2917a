import { redirect } from "next/navigation";
import { auth, getToken } from "../../auth";

const API = process.env.ORDERS_URL ?? "http://127.0.0.1:8001";

/** What the API says to whoever is signed in; its refusal is shown as it came. */
async function orders(): Promise<string> {
  const headers = { Authorization: `Bearer ${await getToken()}` };
  try {
    const response = await fetch(`${API}/orders`, { headers, cache: "no-store" });
    return `${response.status} ${await response.text()}`;
  } catch {
    return `The API at ${API} does not answer.`;
  }
}

export default async function Orders() {
  const session = await auth();
  if (!session) redirect("/api/auth/login?returnTo=/orders");
  return (
    <>
      <h1>Your orders</h1>
      <p>What the API answers to {session.user.name || session.user.email}:</p>
      <output>{await orders()}</output>
      <a href="/">Back</a>
    </>
  );
}
